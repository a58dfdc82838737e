package dev.tatara.activities.collect;

import dev.tatara.activities.data.GivenFiles;
import dev.tatara.base.document.Document;
import dev.tatara.config.run.CollectConfig.Format;
import dev.tatara.config.run.CollectConfig.Source;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.SortedMap;

/** What a format makes of the bytes of one file. */
record Harvested(List<Document> kept, SortedMap<String, Long> dropped) {
  static Harvested of(SourceFormat format, byte[] bytes) {
    GivenFiles files = new GivenFiles().with("file:given", bytes);
    Source source = new Source("web", "file:given", Format.WARC, "CC0-1.0", null, "text");
    Harvest harvest = new Harvest(source, "00000");
    try (SourceBytes stream =
        new SourceBytes(files, files.list("file:given").get(0), (done, total) -> {})) {
      format.read(stream, harvest);
      stream.verify();
    }
    var row = harvest.account().balanced("test").total();
    if (row.dropped().values().stream().mapToLong(Long::longValue).sum()
        != harvest.dropped().size()) {
      throw new AssertionError("rejects and account differ");
    }
    return new Harvested(harvest.kept(), row.dropped());
  }

  static byte[] resource(String name) {
    try (InputStream in = Harvested.class.getResourceAsStream("/corpus/warc/" + name)) {
      if (in == null) {
        throw new AssertionError("no resource " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

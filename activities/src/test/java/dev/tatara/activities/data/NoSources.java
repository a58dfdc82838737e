package dev.tatara.activities.data;

import java.io.InputStream;
import java.util.List;

/** For stages that read artifacts alone. */
public final class NoSources implements Sources {
  @Override
  public List<SourceFile> list(String uri) {
    throw new AssertionError("no source is to be listed, but was: " + uri);
  }

  @Override
  public InputStream open(SourceFile file) {
    throw new AssertionError("no source is to be opened, but was: " + file.uri());
  }
}

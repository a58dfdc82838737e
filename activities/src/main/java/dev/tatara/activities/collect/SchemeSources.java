package dev.tatara.activities.collect;

import dev.tatara.activities.data.Sources;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.InvalidInputException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Opens sources by the scheme of their URI: {@code file:}, {@code s3:} and {@code https:}.
 * Thread-safe.
 */
public final class SchemeSources implements Sources {
  private final Map<String, Sources> byScheme = new LinkedHashMap<>();

  /**
   * @param baseDirectory what relative {@code file:} URIs are relative to
   * @param cacheDirectory where downloads are kept
   * @param store whose endpoint and credentials also open {@code s3:} URIs, of any bucket
   * @param allowPrivateAddresses lets {@code https:} reach this machine and its network, and {@code
   *     http:} this machine
   */
  public SchemeSources(
      Path baseDirectory, Path cacheDirectory, StoreSettings store, boolean allowPrivateAddresses) {
    byScheme.put("file", new FileSources(baseDirectory));
    byScheme.put("s3", new S3Sources(store));
    Sources web = new WebSources(cacheDirectory, new AddressPolicy(allowPrivateAddresses));
    byScheme.put("https", web);
    byScheme.put("http", web);
  }

  @Override
  public List<SourceFile> list(String uri) {
    return of(uri).list(uri);
  }

  @Override
  public List<SourceFile> folder(String uri, Predicate<String> wanted) {
    return of(uri).folder(uri, wanted);
  }

  @Override
  public InputStream open(SourceFile file) {
    return of(file.uri()).open(file);
  }

  private Sources of(String uri) {
    int colon = uri.indexOf(':');
    Sources sources = colon < 0 ? null : byScheme.get(uri.substring(0, colon));
    if (sources == null) {
      throw new InvalidInputException(
          ("The source \"%s\" has no known scheme; write file:PATH, s3://BUCKET/KEY or"
                  + " https://HOST/PATH")
              .formatted(uri));
    }
    return sources;
  }
}

package dev.tatara.images;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.config.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarFile;

/**
 * An image as the build wrote it, a docker archive.
 *
 * @param configuration what a container is started with: user, entry point, environment, labels
 * @param layers entries of each layer by path, the base first
 * @param packed bytes of each layer as they travel
 */
record ImageTar(
    Path file,
    JsonNode configuration,
    List<Map<String, TarArchiveEntry>> layers,
    List<Long> packed) {

  private static final Map<String, ImageTar> KNOWN = new ConcurrentHashMap<>();

  static ImageTar of(String name) {
    return KNOWN.computeIfAbsent(name, ImageTar::read);
  }

  private static ImageTar read(String name) {
    Path file = Path.of(System.getProperty("tatara.home"), "images", name, "target", "image.tar");
    try (TarFile tar = new TarFile(file)) {
      JsonNode manifest = json(tar, "manifest.json").get(0);
      JsonNode configuration = json(tar, manifest.get("Config").asText()).get("config");
      List<Map<String, TarArchiveEntry>> layers = new ArrayList<>();
      List<Long> packed = new ArrayList<>();
      for (JsonNode layer : manifest.get("Layers")) {
        Map<String, TarArchiveEntry> entries = new TreeMap<>();
        read(tar, layer.asText(), (entry, bytes) -> entries.put(path(entry), entry));
        layers.add(entries);
        packed.add(entry(tar, layer.asText()).getSize());
      }
      return new ImageTar(file, configuration, layers, packed);
    } catch (IOException e) {
      throw new IllegalStateException(
          file + " cannot be read; type mvn -Pimages -DskipTests package", e);
    }
  }

  /** All that a container sees; later layers cover earlier ones. */
  Map<String, TarArchiveEntry> entries() {
    Map<String, TarArchiveEntry> all = new TreeMap<>();
    layers.forEach(all::putAll);
    return all;
  }

  /** A text file of the image. */
  String text(String path) throws IOException {
    List<String> found = new ArrayList<>();
    eachLayer(
        (entry, bytes) -> {
          if (path(entry).equals(path)) {
            found.add(new String(bytes.readAllBytes(), StandardCharsets.UTF_8));
          }
        });
    if (found.isEmpty()) {
      throw new IOException("%s is not in %s".formatted(path, file));
    }
    return found.get(found.size() - 1);
  }

  /** Lays the image out as the root of a file system. */
  void extract(Path root) throws IOException {
    eachLayer(
        (entry, bytes) -> {
          Path target = root.resolve(path(entry));
          if (entry.isDirectory()) {
            Files.createDirectories(target);
          } else if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
          } else {
            Files.createDirectories(target.getParent());
            Files.copy(bytes, target);
            Files.setPosixFilePermissions(target, permissions(entry.getMode()));
          }
        });
  }

  private void eachLayer(Visitor visitor) throws IOException {
    try (TarFile tar = new TarFile(file)) {
      for (JsonNode layer : json(tar, "manifest.json").get(0).get("Layers")) {
        read(tar, layer.asText(), visitor);
      }
    }
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    PosixFilePermission[] all =
        PosixFilePermission.values(); // owner's r, w, x, then group's, others'
    for (int i = 0; i < all.length; i++) {
      if ((mode & (0400 >> i)) != 0) {
        permissions.add(all[i]);
      }
    }
    return permissions;
  }

  private static void read(TarFile tar, String layer, Visitor visitor) throws IOException {
    try (InputStream packed = tar.getInputStream(entry(tar, layer));
        TarArchiveInputStream entries = new TarArchiveInputStream(new GZIPInputStream(packed))) {
      for (TarArchiveEntry e = entries.getNextEntry(); e != null; e = entries.getNextEntry()) {
        visitor.visit(e, entries);
      }
    }
  }

  private static JsonNode json(TarFile tar, String name) throws IOException {
    try (InputStream bytes = tar.getInputStream(entry(tar, name))) {
      return Json.tree(bytes.readAllBytes());
    }
  }

  private static TarArchiveEntry entry(TarFile tar, String name) throws IOException {
    return tar.getEntries().stream()
        .filter(entry -> entry.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new IOException(name + " is not in the archive"));
  }

  private static String path(TarArchiveEntry entry) {
    String name = entry.getName();
    return name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
  }

  private interface Visitor {
    void visit(TarArchiveEntry entry, InputStream bytes) throws IOException;
  }
}

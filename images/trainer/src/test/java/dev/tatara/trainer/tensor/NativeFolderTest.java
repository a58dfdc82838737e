package dev.tatara.trainer.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.InvalidInputException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeFolderTest {
  private static final String PLATFORM = Loader.getPlatform();

  @TempDir Path folder;

  @Test
  void laysLibrariesOfAllJarsSideBySideAndLeavesTheRest() throws IOException {
    Path torch =
        jar(
            "torch.jar",
            Map.of(
                "org/bytedeco/pytorch/" + PLATFORM + "/libtorch.so",
                "torch",
                "org/bytedeco/pytorch/" + PLATFORM + "-gpu/libtorch_cuda.so",
                "cuda",
                "org/bytedeco/pytorch/" + PLATFORM + "/include/torch.h",
                "header",
                "org/bytedeco/pytorch/other-arm64/libother.so",
                "other"));
    Path openmp = jar("gomp.jar", Map.of("org/bytedeco/dnnl/" + PLATFORM + "/libgomp.so.1", "omp"));

    int files = NativeFolder.fill(folder.resolve("natives"), List.of(torch, openmp), true);

    assertThat(files).isEqualTo(3);
    assertThat(contents())
        .isEqualTo(
            Map.of("libtorch.so", "torch", "libtorch_cuda.so", "cuda", "libgomp.so.1", "omp"));
  }

  @Test
  void givesMklTheNamesThatLibtorchAsksFor() throws IOException {
    Path openblas =
        jar("blas.jar", Map.of("org/bytedeco/openblas/" + PLATFORM + "/libopenblas.so.0", "blas"));
    Path mkl = jar("mkl.jar", Map.of("org/bytedeco/mkl/" + PLATFORM + "/libmkl_rt.so.2", "mkl"));

    NativeFolder.fill(folder.resolve("natives"), List.of(openblas, mkl), true);

    assertThat(contents())
        .isEqualTo(
            Map.of(
                "libmkl_rt.so.2", "mkl",
                "libopenblas.so.0", "mkl",
                "libopenblas_nolapack.so.0", "mkl"));
  }

  @Test
  void keepsOpenBlasWhereItIsToMultiply() throws IOException {
    Path openblas =
        jar("blas.jar", Map.of("org/bytedeco/openblas/" + PLATFORM + "/libopenblas.so.0", "blas"));

    NativeFolder.fill(folder.resolve("natives"), List.of(openblas), false);

    assertThat(contents()).isEqualTo(Map.of("libopenblas.so.0", "blas"));
  }

  @Test
  void takesTheSameLibraryOfTwoJarsOnceAndRefusesDifferentOnes() throws IOException {
    Path one = jar("one.jar", Map.of("org/bytedeco/a/" + PLATFORM + "/libgomp.so.1", "omp"));
    Path same = jar("same.jar", Map.of("org/bytedeco/b/" + PLATFORM + "/libgomp.so.1", "omp"));
    Path other = jar("other.jar", Map.of("org/bytedeco/c/" + PLATFORM + "/libgomp.so.1", "OMP"));

    assertThat(NativeFolder.fill(folder.resolve("natives"), List.of(one, same), false))
        .isEqualTo(1);
    assertThatThrownBy(
            () -> NativeFolder.fill(folder.resolve("natives"), List.of(one, other), false))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("other.jar")
        .hasMessageContaining("libgomp.so.1");
  }

  @Test
  void saysThatAFolderWhichWasNamedIsNotThere() {
    assertThatThrownBy(() -> NativeLibraries.use(folder.resolve("nowhere")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("nowhere, but there is no such folder")
        .hasMessageContaining("command natives");
  }

  private Path jar(String name, Map<String, String> entries) throws IOException {
    Path jar = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream jarOut = new JarOutputStream(out)) {
      for (Map.Entry<String, String> entry : new TreeMap<>(entries).entrySet()) {
        jarOut.putNextEntry(new JarEntry(entry.getKey()));
        jarOut.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
        jarOut.closeEntry();
      }
    }
    return jar;
  }

  private Map<String, String> contents() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (var files = Files.list(folder.resolve("natives"))) {
      for (Path file : files.toList()) {
        contents.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return contents;
  }
}

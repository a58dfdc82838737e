package dev.tatara.bench;

import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Who is measured: a command that does the steps in a process of its own, for each rank one. */
record Contestant(String name, List<String> command) {
  private static final String PYTHON = "TATARA_BENCH_PYTHON";

  static Contestant tatara(List<String> arguments) {
    return tatara(TataraRun.class, arguments);
  }

  static Contestant tatara(Class<?> main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + required(Path.of("images/trainer/jvm.options")));
    command.addAll(List.of("-Xmx512m", "-cp", System.getProperty("java.class.path")));
    command.add(main.getName());
    command.addAll(arguments);
    return new Contestant("Tatara", command);
  }

  static Contestant torch(String name, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(python());
    command.add(required(Path.of("tests/bench/python/llama_steps.py")).toString());
    command.addAll(arguments);
    return new Contestant(name, command);
  }

  private static Path required(Path path) {
    if (!Files.exists(path)) {
      throw new InvalidInputException(
          "%s is not here; run this from the root of the repository".formatted(path));
    }
    return path;
  }

  private static String python() {
    String python = System.getenv().getOrDefault(PYTHON, "python3");
    try {
      Process process =
          new ProcessBuilder(python, "-c", "import torch")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (process.waitFor() == 0) {
        return python;
      }
    } catch (IOException e) {
      throw new InvalidInputException(absent(python), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new InvalidInputException(absent(python));
  }

  private static String absent(String python) {
    return "%s has no PyTorch to compare with; set %s to a Python that has, for example after pip install torch==2.10.0"
        .formatted(python, PYTHON);
  }

  /** Does the steps on so many ranks at once; processor time is that of all ranks. */
  Measurement run(int ranks) {
    return Measurement.together(run(ranks, Measurement.class));
  }

  /** Does its work on so many ranks at once; what each of them prints, by rank. */
  <T> List<T> run(int ranks, Class<T> printed) {
    int port = freePort();
    List<Process> processes = new ArrayList<>();
    List<Path> outputs = new ArrayList<>();
    try {
      for (int rank = 0; rank < ranks; rank++) {
        Path output = Files.createTempFile("measurement", ".json");
        outputs.add(output);
        processes.add(start(rank, ranks, port, output));
      }
      List<T> measured = new ArrayList<>();
      for (int rank = 0; rank < ranks; rank++) {
        int code = processes.get(rank).waitFor();
        String text = Files.readString(outputs.get(rank)).strip();
        if (code != 0 || text.isEmpty()) {
          throw new IllegalStateException(
              "%s ended with %d; what it said is above: %s".formatted(name, code, command));
        }
        String last = text.substring(text.lastIndexOf('\n') + 1);
        measured.add(Json.read(last.getBytes(StandardCharsets.UTF_8), printed));
      }
      return measured;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while measuring " + name, e);
    } finally {
      processes.forEach(Process::destroyForcibly);
      outputs.forEach(path -> path.toFile().delete());
    }
  }

  private Process start(int rank, int ranks, int port, Path output) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    Map<String, String> variables = builder.environment();
    variables.putIfAbsent("OMP_NUM_THREADS", "1");
    variables.putIfAbsent("MKL_THREADING_LAYER", "GNU");
    variables.putAll(TataraRun.alone());
    variables.put("RANK", String.valueOf(rank));
    variables.put("LOCAL_RANK", String.valueOf(rank));
    variables.put("WORLD_SIZE", String.valueOf(ranks));
    variables.put("MASTER_PORT", String.valueOf(port));
    return builder
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .redirectOutput(output.toFile())
        .start();
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

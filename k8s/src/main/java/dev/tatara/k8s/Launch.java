package dev.tatara.k8s;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The command line, environment and files of a gang's processes. */
record Launch(Path state, Program program, Gang gang, int port, String node) {

  /** The same for a process that may join this epoch or a later one. */
  Launch in(int epoch) {
    return new Launch(state, program, gang.in(epoch), port, node);
  }

  /** Writes the task document that all ranks read. */
  void writeTask() {
    try {
      Files.createDirectories(tasks());
      Files.createDirectories(logs());
      Files.createDirectories(cache());
      Files.writeString(task(), gang.task());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The files of %s cannot be written (%s); check that there is space left"
              .formatted(gang, e.getMessage()),
          e);
    }
  }

  /** Ready to start one rank. */
  ProcessBuilder process(int rank) {
    ProcessBuilder builder = new ProcessBuilder(command(rank));
    environment(builder.environment(), rank);
    // The pipe on standard input is the bond with this process.
    builder.redirectInput(Redirect.PIPE);
    builder.redirectErrorStream(true);
    builder.redirectOutput(log(rank).toFile());
    builder.directory(logs().toFile());
    return builder;
  }

  Path log(int rank) {
    return logs().resolve("%s-epoch%d-rank%d.log".formatted(gang.name(), gang.epoch(), rank));
  }

  String pod(int rank) {
    return "%s-%s-%d".formatted(gang.run(), gang.name(), rank);
  }

  private List<String> command(int rank) {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(program.options());
    command.add("-Xmx%dm".formatted(gang.maxHeapMegabytes()));
    command.add("-XX:ErrorFile=%s-crash-%%p.log".formatted(stem(rank)));
    command.addAll(List.of("-cp", program.classPath(), program.mainClass(), gang.command()));
    // For those who look with ps: the program does not read these.
    command.addAll(List.of("--run", gang.run(), "--stage", gang.stage().word()));
    command.addAll(List.of("--rank", "%d/%d".formatted(rank, gang.worldSize())));
    return command;
  }

  private String stem(int rank) {
    String log = log(rank).toString();
    return log.substring(0, log.length() - ".log".length());
  }

  private void environment(Map<String, String> environment, int rank) {
    environment.putAll(gang.environment());
    environment.put("RANK", Integer.toString(rank));
    environment.put("WORLD_SIZE", Integer.toString(gang.worldSize()));
    environment.put("LOCAL_RANK", Integer.toString(rank));
    environment.put("MASTER_ADDR", "127.0.0.1");
    environment.put("MASTER_PORT", Integer.toString(port));
    environment.put("TATARA_EPOCH", Integer.toString(gang.epoch()));
    environment.put("TATARA_TASK", task().toString());
    environment.put("TATARA_METRICS_PORT", "0");
    environment.put("TATARA_EXIT_WITH_PARENT", "1");
    environment.put("TATARA_CACHE", cache().toString());
    environment.put("OMP_NUM_THREADS", Integer.toString(gang.threads()));
    // Without these two, small matrix products are up to ten times slower.
    environment.put("MKL_THREADING_LAYER", "GNU");
    environment.put("OMP_WAIT_POLICY", "PASSIVE");
  }

  private Path task() {
    return tasks().resolve("%s-epoch%d.json".formatted(gang.name(), gang.epoch()));
  }

  private Path tasks() {
    return state.resolve("work").resolve(gang.run());
  }

  private Path logs() {
    return state.resolve("logs").resolve(gang.run());
  }

  private Path cache() {
    return state.resolve("cache");
  }
}

package dev.tatara.k8s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gangs as child processes of this one, on the same contract as pods. A child that loses its parent
 * ends by itself: the parent holds the other end of its standard input.
 */
public final class LocalPods implements Pods {
  private static final Logger LOG = LoggerFactory.getLogger(LocalPods.class);

  private final Path state;
  private final Function<Gang.Image, Program> programs;
  private final Map<String, LocalGang> gangs = new LinkedHashMap<>();

  /**
   * @param state directory for logs, task documents and caches
   * @param programs what to start for an image
   */
  public LocalPods(Path state, Function<Gang.Image, Program> programs) {
    this.state = state;
    this.programs = programs;
    Runtime.getRuntime().addShutdownHook(new Thread(this::killAll, "local-pods"));
  }

  @Override
  public synchronized RunningGang createOrAdopt(Gang gang) {
    String key = "%s/%s/%d".formatted(gang.run(), gang.name(), gang.epoch());
    LocalGang running = gangs.get(key);
    if (running != null && running.status().stream().anyMatch(PodStatus::running)) {
      return running;
    }
    gangs.values().removeIf(old -> old.status().stream().noneMatch(PodStatus::running));
    try {
      LocalGang started = start(gang);
      gangs.put(key, started);
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The processes of %s cannot be started: %s".formatted(gang, e.getMessage()), e);
    }
  }

  private LocalGang start(Gang gang) throws IOException {
    Path task = Files.createDirectories(state.resolve("work").resolve(gang.run()));
    task = task.resolve("%s-epoch%d.json".formatted(gang.name(), gang.epoch()));
    Files.writeString(task, gang.task());
    Path logs = Files.createDirectories(state.resolve("logs").resolve(gang.run()));
    int port = freePort();
    List<LocalPod> pods = new ArrayList<>();
    try {
      for (int rank = 0; rank < gang.worldSize(); rank++) {
        pods.add(start(gang, rank, task, port, logs));
      }
    } catch (IOException e) {
      new LocalGang(pods).terminate(Duration.ZERO);
      throw e;
    }
    LOG.info("gang started run={} gang={} epoch={}", gang.run(), gang.name(), gang.epoch());
    return new LocalGang(pods);
  }

  private LocalPod start(Gang gang, int rank, Path task, int port, Path logs) throws IOException {
    String pod = "%s-%s-%d".formatted(gang.run(), gang.name(), rank);
    Path log = logs.resolve("%s-epoch%d-rank%d.log".formatted(gang.name(), gang.epoch(), rank));
    ProcessBuilder builder =
        new ProcessBuilder(command(gang, rank))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    Map<String, String> environment = builder.environment();
    environment.putAll(gang.environment());
    environment.put("RANK", Integer.toString(rank));
    environment.put("LOCAL_RANK", Integer.toString(rank));
    environment.put("WORLD_SIZE", Integer.toString(gang.worldSize()));
    environment.put("MASTER_ADDR", "127.0.0.1");
    environment.put("MASTER_PORT", Integer.toString(port));
    environment.put("TATARA_EPOCH", Integer.toString(gang.epoch()));
    environment.put("TATARA_TASK", task.toAbsolutePath().toString());
    environment.put("TATARA_METRICS_PORT", "0");
    environment.put("TATARA_EXIT_WITH_PARENT", "1");
    environment.put("TATARA_CACHE", state.resolve("cache").toAbsolutePath().toString());
    environment.put("OMP_NUM_THREADS", Integer.toString(gang.threads()));
    // Without these two, small matrix products are up to ten times slower.
    environment.put("MKL_THREADING_LAYER", "GNU");
    environment.put("OMP_WAIT_POLICY", "PASSIVE");
    return new LocalPod(rank, pod, builder.start(), log, Secrets.of(gang.environment()));
  }

  private List<String> command(Gang gang, int rank) {
    Program program = programs.apply(gang.image());
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(program.options());
    command.add("-Xmx%dm".formatted(gang.maxHeapMegabytes()));
    command.addAll(List.of("-cp", program.classPath(), program.mainClass(), gang.command()));
    // For whoever looks at the list of processes.
    command.addAll(List.of("--run", gang.run(), "--stage", gang.stage().word()));
    command.addAll(List.of("--rank", rank + "/" + gang.worldSize()));
    return command;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private synchronized void killAll() {
    gangs.values().forEach(gang -> gang.terminate(Duration.ZERO));
  }
}

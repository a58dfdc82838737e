package dev.tatara.k8s;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Gangs as child processes of this one, each a JVM of its own. They end with this process, however
 * it ends: each holds the other end of a pipe that the kernel closes.
 */
public final class LocalPods implements Pods {
  private final Path state;
  private final Function<Gang.Image, Program> programs;
  private final Map<String, LocalGang> gangs = new LinkedHashMap<>();

  /**
   * @param state folder for task documents ({@code work/}), logs ({@code logs/}) and the caches of
   *     native libraries ({@code cache/})
   * @param programs what to start for an image
   */
  public LocalPods(Path state, Function<Gang.Image, Program> programs) {
    this.state = state.toAbsolutePath().normalize();
    this.programs = programs;
    Runtime.getRuntime().addShutdownHook(new Thread(this::killAll, "local-pods-end"));
  }

  @Override
  public synchronized RunningGang createOrAdopt(Gang gang) {
    gangs.values().removeIf(LocalGang::hasEnded);
    String key = "%s/%s/%d".formatted(gang.run(), gang.name(), gang.epoch());
    LocalGang known = gangs.get(key);
    if (known != null) {
      return known;
    }
    Program program = programs.apply(gang.image());
    LocalGang started = LocalGang.start(new Launch(state, program, gang, freePort(), nodeName()));
    gangs.put(key, started);
    return started;
  }

  private synchronized void killAll() {
    gangs.values().forEach(LocalGang::close);
  }

  /** Free at this moment; should another process be quicker, the gang fails and is formed anew. */
  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException("no free port for the gang: " + e.getMessage(), e);
    }
  }

  private static String nodeName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost"; // a machine without a name of its own
    }
  }
}

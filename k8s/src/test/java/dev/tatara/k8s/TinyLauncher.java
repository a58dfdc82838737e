package dev.tatara.k8s;

import java.nio.file.Path;

/** A parent that starts a gang and waits for it, to be killed by a test. */
final class TinyLauncher {
  private TinyLauncher() {}

  public static void main(String[] arguments) throws Exception {
    LocalPods pods = LocalPodsTest.pods(Path.of(arguments[0]));
    LocalGang gang = (LocalGang) pods.createOrAdopt(LocalPodsTest.gang("wait", 2));
    System.out.println(gang.pids());
    gang.awaitChange(java.time.Duration.ofMinutes(5));
  }
}

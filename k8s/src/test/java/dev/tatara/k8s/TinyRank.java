package dev.tatara.k8s;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A rank that does what its task says: the program of the gangs in these tests. */
final class TinyRank {
  private TinyRank() {}

  public static void main(String[] arguments) throws Exception {
    String task = Files.readString(Path.of(System.getenv("TATARA_TASK")));
    System.out.println("arguments " + String.join(" ", arguments));
    for (String name : new String[] {"RANK", "WORLD_SIZE", "MASTER_PORT", "TATARA_EPOCH"}) {
      System.out.println(name + "=" + System.getenv(name));
    }
    switch (task) {
      case "exit by rank" -> System.exit(64 + Integer.parseInt(System.getenv("RANK")));
      case "tell a secret" -> {
        System.out.println("key is " + System.getenv("AWS_SECRET_ACCESS_KEY"));
        System.exit(70);
      }
      case "save on request" -> {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(75)));
        waitForParent();
      }
      case "never go" -> {
        Runtime.getRuntime().addShutdownHook(new Thread(TinyRank::waitForEver));
        waitForParent();
      }
      default -> waitForParent();
    }
  }

  private static void waitForParent() throws IOException {
    System.out.println("ready");
    while (System.in.read() >= 0) {
      // The parent lives.
    }
    Runtime.getRuntime().halt(70);
  }

  private static void waitForEver() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

package dev.tatara.worker;

import dev.tatara.base.metrics.MetricsServer;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.task.ExitCode;
import java.nio.file.Path;
import java.util.Map;

/** A worker as a process of its own, on the servers that the environment names. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    Map<String, String> environment = System.getenv();
    try {
      MetricsServer.start(environment);
      TataraWorker worker =
          TataraWorker.start(TemporalConnection.open(environment), settings(environment));
      Runtime.getRuntime().addShutdownHook(new Thread(worker::close, "drain"));
    } catch (InvalidInputException e) {
      System.err.println(e.getMessage());
      System.exit(ExitCode.USER);
    }
  }

  private static WorkerSettings settings(Map<String, String> environment) {
    Path home = Path.of(environment.getOrDefault("TATARA_HOME", ".")).toAbsolutePath();
    return new WorkerSettings(
        StoreSettings.fromEnvironment(environment),
        home,
        Path.of(environment.getOrDefault("TATARA_STATE", home.resolve(".tatara").toString())),
        home,
        Runtime.getRuntime().availableProcessors());
  }
}

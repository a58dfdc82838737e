package dev.tatara.evaluator;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.tatara.base.metrics.MetricsServer;
import dev.tatara.base.process.ParentBond;
import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.CorruptArtifactException;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreException;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.task.EvaluateTask;
import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.VerifyTask;
import dev.tatara.evaluator.evaluate.Evaluation;
import dev.tatara.evaluator.generate.GenerateOptions;
import dev.tatara.evaluator.generate.Generation;
import dev.tatara.evaluator.model.TorchRuntime;
import dev.tatara.evaluator.verify.LogitVerification;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.LoggerFactory;

/** The evaluator's process: {@code evaluate}, {@code verify} or {@code generate}. */
public final class Main {
  private Main() {}

  /** Arguments after the command serve {@code ps} only, except those of {@code generate}. */
  public static void main(String[] arguments) {
    Map<String, String> environment = System.getenv();
    if (arguments.length > 0 && arguments[0].equals("generate")) {
      System.setProperty("tatara.log.level", "WARN");
    }
    AtomicBoolean finished = new AtomicBoolean();
    // There is nothing to save, but the launcher must see that it was asked for.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  if (!finished.get()) {
                    Runtime.getRuntime().halt(ExitCode.PREEMPTED);
                  }
                },
                "preemption"));
    int code = run(List.of(arguments), environment);
    finished.set(true);
    System.exit(code);
  }

  private static int run(List<String> arguments, Map<String, String> environment) {
    try {
      ParentBond.watch(environment);
      MetricsServer.start(environment);
      execute(arguments, environment);
      return ExitCode.DONE;
    } catch (InvalidInputException e) {
      return failed(ExitCode.USER, e);
    } catch (CorruptArtifactException e) {
      return failed(ExitCode.DATA, e);
    } catch (StoreException e) {
      return failed(ExitCode.INFRASTRUCTURE, e);
    } catch (UncheckedIOException e) {
      boolean json = e.getCause() instanceof JsonProcessingException;
      return failed(json ? ExitCode.DATA : ExitCode.INFRASTRUCTURE, e);
    } catch (RuntimeException e) {
      LoggerFactory.getLogger(Main.class).error("The evaluator failed", e);
      return failed(ExitCode.INFRASTRUCTURE, e);
    }
  }

  private static int failed(int code, RuntimeException e) {
    System.err.println(e.getMessage() == null ? e.toString() : e.getMessage());
    return code;
  }

  private static void execute(List<String> arguments, Map<String, String> environment) {
    Path cache = TorchRuntime.cache(environment);
    TorchRuntime.prepare(cache);
    switch (arguments.isEmpty() ? "" : arguments.get(0)) {
      case "evaluate" -> {
        int epoch = epoch(environment);
        new Evaluation(artifacts(environment), cache, epoch)
            .run(TaskDocument.read(environment, EvaluateTask.class));
      }
      case "verify" ->
          new LogitVerification(artifacts(environment), cache)
              .run(TaskDocument.read(environment, VerifyTask.class));
      case "generate" -> generate(GenerateOptions.parse(arguments.subList(1, arguments.size())));
      default ->
          throw new InvalidInputException(
              "\"%s\" is no command; type evaluate, verify or generate"
                  .formatted(String.join(" ", arguments)));
    }
  }

  private static Artifacts artifacts(Map<String, String> environment) {
    StoreSettings settings = StoreSettings.fromEnvironment(environment);
    try {
      return new Artifacts(ObjectStore.connect(settings));
    } catch (InvalidInputException e) {
      // The launcher has used this store already: it went away, and it may come back.
      throw new UncheckedIOException(e.getMessage(), new ConnectException(settings.endpoint()));
    }
  }

  private static int epoch(Map<String, String> environment) {
    String epoch = environment.getOrDefault("TATARA_EPOCH", "1");
    try {
      return Integer.parseInt(epoch);
    } catch (NumberFormatException e) {
      throw new InvalidInputException(
          "TATARA_EPOCH is \"%s\"; set it to a whole number, for example TATARA_EPOCH=1"
              .formatted(epoch),
          e);
    }
  }

  private static void generate(GenerateOptions options) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Generation.run(
        options,
        text -> {
          out.print(text);
          out.flush();
        });
    out.println();
  }
}

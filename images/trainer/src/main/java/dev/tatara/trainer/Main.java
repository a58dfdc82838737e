package dev.tatara.trainer;

import dev.tatara.base.metrics.MetricsServer;
import dev.tatara.base.process.ParentBond;
import dev.tatara.base.store.CorruptArtifactException;
import dev.tatara.base.store.StoreException;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.task.ExitCode;
import dev.tatara.trainer.gang.BrokenGangException;
import dev.tatara.trainer.gang.FencedException;
import dev.tatara.trainer.gang.Rendezvous;
import dev.tatara.trainer.tensor.Engine;
import dev.tatara.trainer.tensor.NativeFolder;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The trainer's process: {@code train} is one rank of a gang, {@code score} gives the logits of a
 * finished model; what to do stands in the document at {@code TATARA_TASK}. {@code engine} tells
 * what it would compute with. {@code rehearse} and {@code natives} are for the build.
 */
public final class Main {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  private Main() {}

  public static void main(String[] arguments) {
    Map<String, String> environment = System.getenv();
    ParentBond.watch(environment);
    Preemption preemption = Preemption.watch();
    preemption.finish(run(arguments, environment, preemption));
  }

  private static int run(
      String[] arguments, Map<String, String> environment, Preemption preemption) {
    String command = arguments.length == 0 ? "" : arguments[0];
    try (MetricsServer metrics = MetricsServer.start(environment)) {
      return switch (command) {
        case "train" -> TrainCommand.run(environment, preemption, Main::endFenced);
        case "score" -> ScoreCommand.run(environment);
        case "engine" -> tell(Engine.start(environment));
        case "rehearse" -> Rehearsal.run();
        case "natives" -> fill(arguments);
        default ->
            throw new InvalidInputException(
                "The command is \"%s\"; use train, score, engine, rehearse or natives"
                    .formatted(command));
      };
    } catch (InvalidInputException e) {
      return end(ExitCode.USER, e);
    } catch (CorruptArtifactException e) {
      return end(ExitCode.DATA, e);
    } catch (FencedException e) {
      return end(ExitCode.FENCED, e);
    } catch (DivergedException.Final e) {
      return end(ExitCode.DIVERGED, e);
    } catch (BrokenGangException | Rendezvous.Lonely | StoreException | StoreConnection.Lost e) {
      return end(ExitCode.INFRASTRUCTURE, e);
    } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
      // Ours to mend; another attempt may succeed, and the trace tells where it was.
      LOG.error("unexpected", e);
      return end(ExitCode.INFRASTRUCTURE, e);
    }
  }

  /** Whoever looks into a pod sees whether it finds its processor's instructions, MKL and GPUs. */
  private static int tell(Engine engine) {
    System.out.println(engine.description());
    return ExitCode.DONE;
  }

  private static int fill(String[] arguments) {
    if (arguments.length != 2) {
      throw new InvalidInputException(
          "natives has %d arguments; name the folder to fill, and nothing else"
              .formatted(arguments.length - 1));
    }
    LOG.info("natives files={} folder={}", NativeFolder.fill(Path.of(arguments[1])), arguments[1]);
    return ExitCode.DONE;
  }

  /** The sentence is the last line on standard error: the launcher shows it to the user. */
  private static int end(int code, Throwable reason) {
    String message = reason.getMessage();
    System.err.println(message == null ? reason.toString() : message.replace('\n', ' '));
    System.err.flush();
    return code;
  }

  /** The main thread may be waiting for peers that will never answer, so nothing is asked of it. */
  private static void endFenced(FencedException reason) {
    Runtime.getRuntime().halt(end(ExitCode.FENCED, reason));
  }
}

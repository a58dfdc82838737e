package dev.tatara.k8s;

import dev.tatara.config.artifact.Stage;
import java.time.Duration;
import java.util.Locale;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A group of processes that work as one: all ranks of a trainer, or one evaluator.
 *
 * @param run name of the run
 * @param name deterministic name of the gang within the run: a second attempt gives the same one
 * @param image which program
 * @param command what the program is to do: {@code train} or {@code score} (trainer), {@code
 *     evaluate} or {@code verify} (evaluator)
 * @param task the task document of that command, JSON
 * @param workPrefix where launcher and ranks leave word for each other ({@link
 *     dev.tatara.config.task.WorkKeys})
 * @param worldSize processes
 * @param epoch fencing number of this formation, counted from 1
 * @param threads compute threads of each process
 * @param maxHeapMegabytes Java heap of each process; native memory comes on top
 * @param environment further variables, such as those of the object store; never logged
 * @param avoidedNodes machines that are taken only where there is no other; no part of the work:
 *     the same gang may be formed elsewhere
 * @param grace how long its processes may take to save what they have, once they are asked to go
 */
public record Gang(
    String run,
    Stage stage,
    String name,
    Image image,
    String command,
    String task,
    String workPrefix,
    int worldSize,
    int epoch,
    int threads,
    int maxHeapMegabytes,
    SortedMap<String, String> environment,
    SortedSet<String> avoidedNodes,
    Duration grace) {
  public Gang {
    environment = new TreeMap<>(environment);
    avoidedNodes = new TreeSet<>(avoidedNodes);
  }

  /** The same gang, formed anew. */
  Gang in(int newEpoch) {
    return new Gang(
        run,
        stage,
        name,
        image,
        command,
        task,
        workPrefix,
        worldSize,
        newEpoch,
        threads,
        maxHeapMegabytes,
        environment,
        avoidedNodes,
        grace);
  }

  /** The programs that run in pods. */
  public enum Image {
    TRAINER,
    EVALUATOR;

    /** Name of the image and of its module. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Without the environment, which holds credentials. */
  @Override
  public String toString() {
    return "%s/%s epoch %d, %d × %s".formatted(run, name, epoch, worldSize, image);
  }
}

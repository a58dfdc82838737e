package dev.tatara.activities.gang;

import dev.tatara.config.artifact.Stage;
import dev.tatara.k8s.Gang;

/**
 * Work for a gang, whatever epoch it takes.
 *
 * @param name deterministic name of the gang within the run
 * @param command and {@code task} as in {@link Gang}
 * @param workPrefix key prefix of the progress object and the epoch, ending in a slash; different
 *     for different work
 * @param checkpointBytes about the size of one rank's part of a checkpoint; 0 for work that saves
 *     nothing when it is asked to go
 */
public record GangTask(
    String run,
    Stage stage,
    String name,
    Gang.Image image,
    String command,
    String task,
    int worldSize,
    int threads,
    int maxHeapMegabytes,
    String workPrefix,
    long checkpointBytes) {}

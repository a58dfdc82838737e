package dev.tatara.activities.data;

import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.PipelineSpec;
import java.util.List;

/**
 * One data stage: phases one after another, each over independent data shards. What a shard's work
 * writes depends on its arguments alone, so it may run twice, anywhere, in any order.
 */
public interface DataStage {
  /** Which stage this is. */
  Stage stage();

  /** Raised whenever the bytes of the output would change for the same input. */
  String codeVersion();

  /** The part of the run document that decides the output; part of the fingerprint. */
  Object config(PipelineSpec spec);

  /**
   * The names of the stages whose artifacts it reads. {@code collect} reads none: its input are the
   * sources.
   */
  List<Stage> inputs();

  /**
   * Digests of whatever else decides the output, such as the bytes of source files; part of the
   * fingerprint.
   *
   * @throws dev.tatara.config.InvalidInputException if a file is missing
   */
  default List<String> externalInputs(PipelineSpec spec, Sources sources) {
    return List.of();
  }

  /** The work to do, in order. Pure: the same workspace gives the same phases. */
  List<Phase> phases(Workspace workspace);

  /** Does one shard of one phase. */
  ShardResult work(Workspace workspace, String phase, String shard, ShardProgress progress);

  /**
   * @param name few letters, for example {@code signatures}
   * @param shards names of the shards, sorted; each is a key-safe word
   */
  record Phase(String name, List<String> shards) {}
}

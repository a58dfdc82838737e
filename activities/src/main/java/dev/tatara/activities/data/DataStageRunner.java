package dev.tatara.activities.data;

import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.MissingObjectException;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.PipelineSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Does a data stage shard by shard and makes its artifact. Every method may be repeated, by any
 * process: finished shards are marked in the store.
 */
public final class DataStageRunner {
  private final Artifacts artifacts;
  private final Sources sources;
  private final Map<Stage, DataStage> stages;

  public DataStageRunner(Artifacts artifacts, Sources sources, List<DataStage> stages) {
    this.artifacts = artifacts;
    this.sources = sources;
    this.stages = new TreeMap<>();
    stages.forEach(stage -> this.stages.put(stage.stage(), stage));
  }

  /** Everything that decides the bytes of the artifact. */
  private record Fingerprint(
      Stage stage,
      String codeVersion,
      Object config,
      List<String> inputs,
      List<String> externalInputs) {}

  /** What a worker needs to know to do a shard; in the store while the stage is at work. */
  record Description(PipelineSpec spec, SortedMap<Stage, ArtifactRef> inputs) {}

  /**
   * @param finished the artifact, if it is there already; then there are no phases
   */
  public record Opened(
      String fingerprint, Optional<ArtifactRef> finished, List<DataStage.Phase> phases) {}

  /**
   * Looks for the finished artifact; if there is none, says what is to be done.
   *
   * @param made artifacts of the stages before
   */
  public Opened open(Stage name, PipelineSpec spec, SortedMap<Stage, ArtifactRef> made) {
    DataStage stage = stage(name);
    SortedMap<Stage, ArtifactRef> inputs = inputs(stage, made);
    String fingerprint =
        Json.digest(
            new Fingerprint(
                name,
                stage.codeVersion(),
                stage.config(spec),
                inputs.values().stream().map(ArtifactRef::digest).toList(),
                stage.externalInputs(spec, sources)));
    Optional<ArtifactRef> finished = artifacts.find(name, fingerprint);
    if (finished.isPresent()) {
      // A process that ended right after its commit could not tidy up.
      store().deleteAll(workPrefix(name, fingerprint));
      return new Opened(fingerprint, finished, List.of());
    }
    Workspace workspace = workspace(stage, fingerprint, new Description(spec, inputs));
    store().write(workspace.workPrefix() + "stage.json", Json.bytes(new Description(spec, inputs)));
    return new Opened(fingerprint, Optional.empty(), stage.phases(workspace));
  }

  private static SortedMap<Stage, ArtifactRef> inputs(
      DataStage stage, SortedMap<Stage, ArtifactRef> made) {
    SortedMap<Stage, ArtifactRef> inputs = new TreeMap<>();
    for (Stage input : stage.inputs()) {
      ArtifactRef ref = made.get(input);
      if (ref == null) {
        throw new IllegalStateException(
            "stage %s needs %s, which has not been made"
                .formatted(stage.stage().word(), input.word()));
      }
      inputs.put(input, ref);
    }
    return inputs;
  }

  /**
   * Does one shard of one phase, unless it is done. A late repetition, after the artifact was made,
   * does nothing.
   */
  public ShardResult work(
      Stage name, String fingerprint, String phase, String shard, ShardProgress progress) {
    if (artifacts.find(name, fingerprint).isPresent()) {
      return ShardResult.intermediate();
    }
    Workspace workspace = reopen(name, fingerprint);
    String mark = mark(workspace, phase, shard);
    Optional<byte[]> done = store().readIfPresent(mark);
    if (done.isPresent()) {
      return Json.read(done.get(), ShardResult.class);
    }
    ShardResult result = stage(name).work(workspace, phase, shard, progress);
    result.account().balanced("%s, shard %s".formatted(name.word(), shard));
    store().write(mark, Json.bytes(result));
    return result;
  }

  /** Sums up what the shards left behind, and makes the artifact. */
  public ArtifactRef close(Stage name, String fingerprint) {
    Optional<ArtifactRef> finished = artifacts.find(name, fingerprint);
    if (finished.isPresent()) {
      return finished.get();
    }
    DataStage stage = stage(name);
    Workspace workspace = reopen(name, fingerprint);
    List<ManifestObject> objects = new ArrayList<>();
    SortedMap<String, Long> counts = new TreeMap<>();
    Account account = Account.EMPTY;
    for (DataStage.Phase phase : stage.phases(workspace)) {
      for (String shard : phase.shards()) {
        ShardResult result =
            Json.read(store().read(mark(workspace, phase.name(), shard)), ShardResult.class);
        objects.addAll(result.objects());
        result.counts().forEach((count, value) -> counts.merge(count, value, Long::sum));
        account = account.plus(result.account());
      }
    }
    requireAllArrived(name, workspace, account);
    objects.sort(Comparator.comparing(ManifestObject::name));
    SortedMap<String, ArtifactRef> inputs = new TreeMap<>();
    workspace.inputs().forEach((input, ref) -> inputs.put(input.word(), ref));
    ArtifactRef made =
        artifacts.commit(
            new Manifest(name, fingerprint, stage.codeVersion(), inputs, objects, counts, account));
    store().deleteAll(workspace.workPrefix());
    return made;
  }

  /** What the stage before has kept is what this one has read. */
  private void requireAllArrived(Stage name, Workspace workspace, Account account) {
    for (ArtifactRef ref : workspace.inputs().values()) {
      artifacts
          .manifest(ref)
          .account()
          .sources()
          .forEach(
              (source, row) -> {
                Account.Row here = account.sources().get(source);
                long in = here == null ? 0 : here.in();
                if (in != row.kept()) {
                  throw new IllegalStateException(
                      "%s read %d documents of %s, but the stage before had kept %d; please report it"
                          .formatted(name.word(), in, source, row.kept()));
                }
              });
    }
  }

  /** Key prefix of what is only of interest while the stage is at work. */
  public static String workPrefix(Stage stage, String fingerprint) {
    return "work/%s/%s/".formatted(stage.word(), fingerprint);
  }

  private Workspace reopen(Stage name, String fingerprint) {
    String key = workPrefix(name, fingerprint) + "stage.json";
    try {
      return workspace(stage(name), fingerprint, Json.read(store().read(key), Description.class));
    } catch (MissingObjectException e) {
      throw new IllegalStateException(
          "the work on %s has ended or was never opened".formatted(name.word()), e);
    }
  }

  private Workspace workspace(DataStage stage, String fingerprint, Description description) {
    return new Workspace(
        description.spec(), stage.stage(), description.inputs(), fingerprint, artifacts, sources);
  }

  private static String mark(Workspace workspace, String phase, String shard) {
    return "%sdone/%s/%s.json".formatted(workspace.workPrefix(), phase, shard);
  }

  private DataStage stage(Stage name) {
    DataStage stage = stages.get(name);
    if (stage == null) {
      throw new IllegalStateException(name.word() + " is no data stage");
    }
    return stage;
  }

  private ObjectStore store() {
    return artifacts.store();
  }
}

package dev.tatara.workflows;

import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.config.task.StageOutcome.State;
import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Where every stage of a run stands; tells the listener of each change, once. */
final class StageBoard {
  private final String run;
  private final StageListener listener;
  private final Runnable changed;
  private final Map<Stage, StageOutcome> outcomes = new EnumMap<>(Stage.class);
  private final Map<Stage, Long> began = new EnumMap<>(Stage.class);
  private @Nullable Stage current;
  private @Nullable Wait wait;
  private long step;
  private long steps;

  /**
   * @param changed called after each change, on replay too
   */
  StageBoard(String run, StageListener listener, Runnable changed) {
    this.run = run;
    this.listener = listener;
    this.changed = changed;
    for (Stage stage : Stage.values()) {
      outcomes.put(stage, open(stage, State.WAITING, 0, ""));
    }
  }

  /** Takes up where a run left off that continues as new. */
  void restore(Carried carried) {
    carried.stages().forEach(outcome -> outcomes.put(outcome.stage(), outcome));
    began.putAll(carried.began());
  }

  SortedMap<Stage, Long> began() {
    return new TreeMap<>(began);
  }

  /** Ended well, or not wanted. */
  boolean isOver(Stage stage) {
    StageOutcome outcome = outcomes.get(stage);
    State state = outcome == null ? State.WAITING : outcome.state();
    return state == State.DONE || state == State.REUSED || state == State.SKIPPED;
  }

  void running(Stage stage) {
    if (stage != current) {
      step = 0;
      steps = 0;
    }
    current = stage;
    wait = null;
    began.putIfAbsent(stage, Workflow.currentTimeMillis());
    change(open(stage, State.RUNNING, 0, ""));
  }

  /** Of a stage at work; one that has ended has other things to say. */
  void troubled(Stage stage, String sentence) {
    StageOutcome outcome = outcomes.get(stage);
    if (outcome != null && outcome.state() == State.RUNNING) {
      change(open(stage, State.RUNNING, 0, sentence));
    }
  }

  void waiting(Stage stage, Wait reason) {
    wait = reason;
    change(open(stage, State.PAUSED, 0, reason.sentence()));
  }

  /** Of the stage at work; a late word of another is no news. */
  void progressed(StageProgress progress) {
    if (progress.stage() == current) {
      step = progress.step();
      steps = progress.steps();
      changed.run();
    }
  }

  void skipped(Stage stage, String why) {
    if (isOver(stage)) {
      return;
    }
    change(open(stage, State.SKIPPED, 0, why));
  }

  void failed(Stage stage, String why) {
    wait = null;
    change(open(stage, State.FAILED, seconds(stage), why));
  }

  void ended(Stage stage, StageEnd end) {
    current = null;
    wait = null;
    step = 0;
    steps = 0;
    change(
        new StageOutcome(
            stage,
            end.reused() ? State.REUSED : State.DONE,
            seconds(stage),
            end.artifact(),
            end.counts(),
            end.account(),
            end.note()));
  }

  /** Every stage, in order. */
  List<StageOutcome> outcomes() {
    return new ArrayList<>(outcomes.values());
  }

  /** What the stages so far have made. */
  SortedMap<Stage, ArtifactRef> artifacts() {
    SortedMap<Stage, ArtifactRef> refs = new TreeMap<>();
    for (StageOutcome outcome : outcomes.values()) {
      ArtifactRef ref = outcome.artifact();
      if (ref != null) {
        refs.put(outcome.stage(), ref);
      }
    }
    return refs;
  }

  PipelineStatus status(boolean paused, RankMeter meter) {
    return new PipelineStatus(
        run, current, paused, outcomes(), wait, meter.hours(), meter.budget(), step, steps);
  }

  private double seconds(Stage stage) {
    long from = began.getOrDefault(stage, Workflow.currentTimeMillis());
    return (Workflow.currentTimeMillis() - from) / 1e3;
  }

  private void change(StageOutcome outcome) {
    outcomes.put(outcome.stage(), outcome);
    if (!Workflow.isReplaying()) {
      listener.changed(run, outcome);
    }
    changed.run();
  }

  private static StageOutcome open(Stage stage, State state, double seconds, String note) {
    return new StageOutcome(stage, state, seconds, null, new TreeMap<>(), Account.EMPTY, note);
  }
}

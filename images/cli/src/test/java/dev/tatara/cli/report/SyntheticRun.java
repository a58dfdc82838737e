package dev.tatara.cli.report;

import dev.tatara.base.token.TokenIndex;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.BudgetConfig;
import dev.tatara.config.task.EvaluationResult;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.GateVerdict;
import dev.tatara.config.task.Intervention;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.PipelineResult;
import dev.tatara.config.task.PlanEstimate;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.config.task.StageOutcome.State;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TimeSpent;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A made-up run that has something to show in every section. */
public final class SyntheticRun {
  private SyntheticRun() {}

  public static ReportContent content() {
    Map<Stage, Manifest> manifests = new EnumMap<>(Stage.class);
    for (StageOutcome outcome : stages()) {
      if (outcome.artifact() != null) {
        manifests.put(outcome.stage(), manifest(outcome));
      }
    }
    Map<Stage, List<StepReport.Point>> curves = new EnumMap<>(Stage.class);
    curves.put(Stage.PRETRAIN, curve(180, 8.3, 4.6, Map.of("validation/loss.en", 4.9)));
    curves.put(Stage.SFT, curve(60, 5.2, 4.4, Map.of()));
    curves.put(Stage.DPO, curve(30, 0.693, 0.61, Map.of("rewards/accuracies", 0.66)));
    return new ReportContent(
        result(),
        manifests,
        curves,
        Map.of(Stage.PRETRAIN, new TimeSpent(240, 0.6, 9)),
        tokens(),
        List.of(
            new ReportContent.Sample("The file system", "is used by the server to\nread & write."),
            new ReportContent.Sample("吾輩は", "その時、<私>の顔を見て「そうですか」と云った。")),
        "/home/ada/tatara/.tatara/runs/quickstart/publish",
        "./tatara");
  }

  public static PipelineResult result() {
    return new PipelineResult(
        "quickstart",
        stages(),
        plan(),
        ledger(),
        List.of(evaluation("base", 0), evaluation("sft", 0.05), evaluation("dpo", 0.19)),
        verdict(),
        ref("publish"),
        0.21,
        new BudgetConfig(0.5),
        List.of(
            new Intervention(
                "2026-01-01T10:20:00Z",
                "changed the budget from 0.1 to 0.5 rank-hours",
                "ada",
                "the loss still falls"),
            new Intervention(
                "2026-01-01T10:31:00Z", "approved", "grace", "reads well in both <languages>")));
  }

  private static List<StageOutcome> stages() {
    List<StageOutcome> stages = new ArrayList<>();
    stages.add(outcome(Stage.PLAN, State.DONE, 0.4, Map.of(), Account.EMPTY, ""));
    stages.add(
        outcome(
            Stage.COLLECT,
            State.REUSED,
            0.2,
            Map.of(),
            account(1210, Map.of("not html", 31L)),
            "made before from the same input"));
    stages.add(
        outcome(
            Stage.CLEAN,
            State.DONE,
            21.5,
            Map.of(),
            account(
                1179,
                Map.of(
                    "too short",
                    120L,
                    "language",
                    44L,
                    "repetition",
                    63L,
                    "few stop words",
                    12L,
                    "bullets",
                    5L,
                    "symbols",
                    2L,
                    "no main content",
                    20L)),
            ""));
    stages.add(
        outcome(
            Stage.DEDUP,
            State.DONE,
            4.1,
            Map.of(),
            account(913, Map.of("exact duplicate", 20L, "near duplicate", 71L)),
            ""));
    stages.add(
        outcome(
            Stage.DECONTAMINATE,
            State.DONE,
            2.6,
            Map.of(),
            account(822, Map.of("contaminated", 3L)),
            ""));
    stages.add(
        outcome(
            Stage.TOKENIZE,
            State.DONE,
            18,
            Map.of("tokens", 1_650_000L),
            account(819, Map.of()),
            ""));
    stages.add(
        outcome(
            Stage.PRETRAIN,
            State.DONE,
            171,
            Map.of(
                "parameters",
                1_075_456L,
                "steps",
                180L,
                "tokens",
                1_474_560L,
                "tokens.source.aozora",
                491_520L,
                "tokens.source.manuals",
                983_040L,
                "tokens.language.en",
                983_040L,
                "tokens.language.ja",
                491_520L),
            Account.EMPTY,
            ""));
    stages.add(outcome(Stage.SFT, State.DONE, 31, Map.of("steps", 60L), Account.EMPTY, ""));
    stages.add(outcome(Stage.DPO, State.DONE, 24, Map.of("steps", 30L), Account.EMPTY, ""));
    stages.add(outcome(Stage.EVALUATE, State.DONE, 62, Map.of(), Account.EMPTY, ""));
    stages.add(outcome(Stage.GATE, State.DONE, 0.1, Map.of(), Account.EMPTY, "sft is kept"));
    stages.add(
        outcome(
            Stage.PUBLISH, State.DONE, 9.2, Map.of(), Account.EMPTY, "logits agree within 2e-5"));
    return stages;
  }

  private static StageOutcome outcome(
      Stage stage,
      State state,
      double seconds,
      Map<String, Long> counts,
      Account account,
      String note) {
    boolean artifact = stage != Stage.PLAN && stage != Stage.GATE && stage != Stage.EVALUATE;
    return new StageOutcome(
        stage,
        state,
        seconds,
        artifact ? ref(stage.word()) : null,
        new TreeMap<>(counts),
        account,
        note);
  }

  private static Account account(long in, Map<String, Long> dropped) {
    long lost = dropped.values().stream().mapToLong(Long::longValue).sum();
    return new Account(
        new TreeMap<>(
            Map.of(
                "manuals",
                new Account.Row(
                    in, in - lost, new TreeMap<>(dropped), in * 3000, (in - lost) * 2900),
                "aozora",
                new Account.Row(60, 60, new TreeMap<>(), 60 * 9000, 60 * 9000))));
  }

  private static ArtifactRef ref(String stage) {
    return new ArtifactRef("s3://tatara/artifacts/" + stage + "/3f2a77", "ab".repeat(32));
  }

  private static Manifest manifest(StageOutcome outcome) {
    return new Manifest(
        outcome.stage(),
        "3f2a77",
        "1",
        new TreeMap<>(Map.of("from", ref("before"))),
        List.of(new ManifestObject("data/a.jsonl.zst", 123_456, "cd".repeat(32))),
        outcome.counts(),
        outcome.account());
  }

  private static List<StepReport.Point> curve(
      int steps, double from, double to, Map<String, Double> extra) {
    Random random = new Random(7);
    List<StepReport.Point> points = new ArrayList<>();
    for (int step = 1; step <= steps; step++) {
      double loss = to + (from - to) * Math.exp(-5.0 * step / steps) + random.nextGaussian() * 0.03;
      points.add(new StepReport.Point(step, loss, 1, 1e-3, 8192, new TreeMap<>(extra)));
    }
    return points;
  }

  private static TokenIndex tokens() {
    return new TokenIndex(
        4096,
        0,
        new TreeMap<>(
            Map.of(
                "en",
                new TokenIndex.Language(
                    List.of(), 1_000_000, 700, 3_900_000, "v", 80_000, 20_600, 2.31),
                "ja",
                new TokenIndex.Language(
                    List.of(), 650_000, 119, 2_300_000, "v", 50_000, 14_500, 2.6))));
  }

  private static PlanEstimate plan() {
    return new PlanEstimate(
        1_075_456,
        551_168,
        183,
        1_499_136,
        7.6e6,
        9.7e12,
        1.4,
        12_900_000,
        12_905_472,
        5_300_000,
        136,
        7.1e10,
        List.of("1.4 tokens per parameter: far below the 20 that are compute-optimal."));
  }

  private static EvaluationResult evaluation(String candidate, double worse) {
    return new EvaluationResult(
        candidate,
        ref(candidate),
        new TreeMap<>(
            Map.of(
                "bits_per_byte.en",
                1.71 + worse,
                "bits_per_byte.ja",
                1.83 + worse / 2,
                "unigram_bits_per_byte.en",
                2.31,
                "unigram_bits_per_byte.ja",
                2.6,
                "chat_loss",
                5.1 - worse * 3,
                "acc.commonsenseqa",
                0.21 + worse / 9,
                "acc_norm.commonsenseqa",
                0.22,
                "acc_stderr.commonsenseqa",
                0.018)),
        new TreeMap<>(Map.of("items.commonsenseqa", 500L)));
  }

  private static GateVerdict verdict() {
    return new GateVerdict(
        "sft",
        List.of(
            new GateVerdict.Comparison(
                "dpo",
                "sft",
                false,
                List.of(
                    new GateVerdict.RuleOutcome(
                        "bits_per_byte.en", 1.76, 1.9, "may rise by at most 0.1", false),
                    new GateVerdict.RuleOutcome(
                        "acc.commonsenseqa", 0.215, 0.231, "may fall by at most 0.05", true))),
            new GateVerdict.Comparison(
                "sft",
                "base",
                true,
                List.of(
                    new GateVerdict.RuleOutcome(
                        "bits_per_byte.en", 1.71, 1.76, "may rise by at most 0.1", true)))));
  }

  private static List<LedgerEntry> ledger() {
    return List.of(
        new LedgerEntry(
            "2026-01-05T10:21:07Z",
            Stage.PRETRAIN,
            1,
            "pretrain-1",
            "laptop",
            FailureClass.INFRASTRUCTURE,
            "signal 9 (SIGKILL); last line: step=71 <loss>=5.2",
            1,
            71,
            50,
            6.3));
  }
}

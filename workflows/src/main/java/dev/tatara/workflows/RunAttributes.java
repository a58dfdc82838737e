package dev.tatara.workflows;

import dev.tatara.config.run.PretrainConfig;
import dev.tatara.config.task.LedgerEntry;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.common.SearchAttributeKey;
import io.temporal.common.SearchAttributeUpdate;
import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What of a run can be searched for on a server that has these attributes registered. They are set
 * when stage, step or failure classes have changed; the cost comes along. Whether the server knows
 * them is recorded in the history.
 */
public final class RunAttributes {
  private static final SearchAttributeKey<String> STAGE =
      SearchAttributeKey.forKeyword("TataraStage");
  private static final SearchAttributeKey<String> MODEL =
      SearchAttributeKey.forKeyword("TataraModel");
  private static final SearchAttributeKey<Long> STEP = SearchAttributeKey.forLong("TataraStep");
  private static final SearchAttributeKey<List<String>> FAILURE_CLASS =
      SearchAttributeKey.forKeywordList("TataraFailureClass");
  private static final SearchAttributeKey<Double> COST = SearchAttributeKey.forDouble("TataraCost");

  private static final List<SearchAttributeKey<?>> KEYS =
      List.of(STAGE, MODEL, STEP, FAILURE_CLASS, COST);

  /** Databases index no more of a keyword. */
  private static final int LONGEST = 255;

  private final BooleanSupplier registered;
  private final String model;
  private @Nullable Searchable last;

  /** In which the worker was asked last; empty before the first. */
  private String stage = "";

  private boolean known;

  /**
   * @param registered whether the server knows the attributes, as far as this worker knows
   */
  RunAttributes(BooleanSupplier registered, PretrainConfig pretrain) {
    this.registered = registered;
    this.model = model(pretrain);
  }

  private record Searchable(String stage, long step, List<String> failureClasses) {}

  /** Sets what has changed. */
  void show(PipelineStatus status, List<LedgerEntry> ledger) {
    List<String> classes =
        ledger.stream().map(entry -> entry.failureClass().word()).distinct().sorted().toList();
    // Between two stages it is still the one before.
    String current = status.current() == null ? stage : status.current().word();
    Searchable now = new Searchable(current, status.step(), classes);
    if (now.equals(last) || !isRegistered(current)) {
      return;
    }
    List<SearchAttributeUpdate<?>> updates = new ArrayList<>();
    if (last == null) {
      updates.add(MODEL.valueSet(model));
    }
    updates.add(STAGE.valueSet(current));
    if (!classes.isEmpty()) {
      updates.add(FAILURE_CLASS.valueSet(classes));
    }
    updates.add(STEP.valueSet(status.step()));
    updates.add(COST.valueSet(status.rankHours()));
    Workflow.upsertTypedSearchAttributes(updates.toArray(SearchAttributeUpdate<?>[]::new));
    last = now;
  }

  /**
   * Asked once a stage, with a marker in the history each time, so that a replay gives the same. (A
   * side effect that is recorded only when its value changes would be cheaper. But the SDK, 1.38.0,
   * may send a marker without a name after a replay, and the run stands still: its issue 2412.)
   */
  private boolean isRegistered(String current) {
    if (!current.equals(stage)) {
      stage = current;
      known = Workflow.sideEffect(Boolean.class, registered::getAsBoolean);
    }
    return known;
  }

  private static String model(PretrainConfig pretrain) {
    String name = pretrain.model() != null ? pretrain.model().toLowerCase(Locale.ROOT) : "own";
    String model = pretrain.from() != null ? pretrain.from() : name;
    return model.substring(0, Math.min(model.length(), LONGEST));
  }

  /**
   * Which attributes a server does not know, or knows as another type.
   *
   * @param found those that it knows
   */
  public static List<String> missing(Map<String, IndexedValueType> found) {
    return KEYS.stream()
        .filter(key -> found.get(key.getName()) != key.getValueType())
        .map(SearchAttributeKey::getName)
        .toList();
  }

  /** What to type so that a server knows these attributes; at once, it would take one only. */
  public static List<String> commands(List<String> names, String namespace) {
    return KEYS.stream()
        .filter(key -> names.contains(key.getName()))
        .map(
            key ->
                "temporal operator search-attribute create --namespace %s --name %s --type %s"
                    .formatted(namespace, key.getName(), word(key.getValueType())))
        .toList();
  }

  private static String word(IndexedValueType type) {
    return switch (type) {
      case INDEXED_VALUE_TYPE_KEYWORD -> "Keyword";
      case INDEXED_VALUE_TYPE_KEYWORD_LIST -> "KeywordList";
      case INDEXED_VALUE_TYPE_INT -> "Int";
      case INDEXED_VALUE_TYPE_DOUBLE -> "Double";
      default -> throw new IllegalStateException("no attribute is a " + type);
    };
  }
}

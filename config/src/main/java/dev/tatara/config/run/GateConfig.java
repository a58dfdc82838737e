package dev.tatara.config.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a post-trained model must hold to be kept: it is compared with the model it was trained
 * from; if a rule fails, the run falls back to that model (DPO to SFT, SFT to base).
 *
 * @param rules all must hold; none: every post-trained model is kept. By default only what every
 *     run measures is asked for: a metric that a model lacks fails its rule
 * @param approval whether a person must agree before the model is published.
 */
public record GateConfig(List<Rule> rules, Approval approval) {
  @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
  public static final GateConfig DEFAULT = new GateConfig(null, null);

  public GateConfig {
    rules = rules == null ? List.of(new Rule("bits_per_byte", null, 0.1)) : List.copyOf(rules);
    approval = approval == null ? Approval.NONE : approval;
  }

  /** Who decides whether the model that the rules keep is published. */
  public enum Approval {
    /** The rules alone. */
    @JsonProperty("none")
    NONE,
    /** A person, by the update `approve` or `reject`; the run waits for it after the verdict. */
    @JsonProperty("required")
    REQUIRED
  }

  /**
   * One comparison. Exactly one bound is set.
   *
   * @param metric name of a metric ({@code bits_per_byte}, {@code chat_loss}, {@code acc}, {@code
   *     acc_norm}), which stands for all of its kind, or with a part ({@code bits_per_byte.ja},
   *     {@code acc.commonsenseqa})
   * @param maxDrop most that the metric may fall, absolute
   * @param maxRise most that the metric may rise, absolute
   */
  public record Rule(String metric, @Nullable Double maxDrop, @Nullable Double maxRise) {}
}

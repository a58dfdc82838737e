package dev.tatara.config.run;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one pipeline does, stage by stage.
 *
 * @param seed decides the initial weights, the order of samples and every other choice by chance
 * @param mixture weights per source or language over the course of pretraining; in proportion to
 *     the tokens when empty
 * @param sft training on chats; there is none when left out
 * @param dpo training on preferences, from the SFT model or, without one, the base model; there is
 *     none when left out
 * @param budget what the run may use; there is no limit when left out
 */
public record PipelineSpec(
    long seed,
    CollectConfig collect,
    CleanConfig clean,
    DedupConfig dedup,
    DecontaminateConfig decontaminate,
    TokenizeConfig tokenize,
    List<MixturePhase> mixture,
    PretrainConfig pretrain,
    @Nullable SftConfig sft,
    @Nullable DpoConfig dpo,
    EvaluateConfig evaluate,
    GateConfig gate,
    @Nullable BudgetConfig budget,
    PublishConfig publish,
    RetentionConfig retention) {

  public PipelineSpec {
    clean = clean == null ? CleanConfig.DEFAULT : clean;
    dedup = dedup == null ? DedupConfig.DEFAULT : dedup;
    decontaminate = decontaminate == null ? DecontaminateConfig.DEFAULT : decontaminate;
    tokenize = tokenize == null ? TokenizeConfig.DEFAULT : tokenize;
    mixture = mixture == null ? List.of() : List.copyOf(mixture);
    evaluate = evaluate == null ? EvaluateConfig.DEFAULT : evaluate;
    gate = gate == null ? GateConfig.DEFAULT : gate;
    publish = publish == null ? PublishConfig.DEFAULT : publish;
    retention = retention == null ? RetentionConfig.DEFAULT : retention;
  }
}

package dev.tatara.trainer.model;

import static org.bytedeco.pytorch.global.torch.embedding;
import static org.bytedeco.pytorch.global.torch.embedding_dense_backward;
import static org.bytedeco.pytorch.global.torch.linear;

import dev.tatara.config.run.ExecutionConfig;
import dev.tatara.trainer.tensor.Hardware;
import dev.tatara.trainer.tensor.Lifetime;
import dev.tatara.trainer.tensor.Workspace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The LLaMA family, forward and back, one unit after another; the same numbers as Hugging Face's
 * {@code LlamaForCausalLM}, {@code Qwen3ForCausalLM} and {@code Olmo2ForCausalLM}.
 *
 * <p>The graph of each unit ends at the unit's border, so that a unit is finished before the next
 * begins, on the way back too: nothing but its gradient remains of it. Shapes: B rows, T tokens, C
 * hidden size, V vocabulary. Run it within a {@code PointerScope}.
 */
public final class Llama {
  private final HuggingFaceConfig config;
  private final Parameters parameters;
  private final RotaryEmbedding rotary;
  private final Block block;
  private final Attention attention = new Attention();
  private final Workspace workspace = new Workspace();
  private final ExecutionConfig.Precision precision;
  private final boolean checkpointing;
  private BlockVisitor visitor = BlockVisitor.NONE;
  private Dropout dropout = Dropout.NONE;

  /**
   * @param longest tokens of the longest sequence that will be asked for
   */
  public Llama(HuggingFaceConfig config, Parameters parameters, int longest) {
    this(config, parameters, longest, ExecutionConfig.DEFAULT);
  }

  /**
   * @param longest tokens of the longest sequence that will be asked for
   */
  public Llama(
      HuggingFaceConfig config, Parameters parameters, int longest, ExecutionConfig execution) {
    this.config = config;
    this.parameters = parameters;
    this.rotary = new RotaryEmbedding(config, longest);
    this.block = new Block(config, parameters, execution.precision());
    this.precision = execution.precision();
    this.checkpointing = execution.activationCheckpointing();
  }

  /** Dimensions. */
  public HuggingFaceConfig config() {
    return config;
  }

  /** Weights. */
  public Parameters parameters() {
    return parameters;
  }

  /**
   * In the next training, drops a share of the activations behind attention and MLP.
   *
   * @param seed of the micro-batch, which decides which ones
   */
  public void dropping(double share, long seed) {
    dropout = share == 0 ? Dropout.NONE : new Dropout(share, Dropout.mixed(seed));
  }

  /** From now on, tells this visitor what is computed. */
  public void visitedBy(BlockVisitor visitor) {
    this.visitor = visitor;
    parameters.broughtBy(visitor);
  }

  /** What goes into each block, [B, T, C], and last what the output projection sees. */
  List<Tensor> states(Tensor tokens) {
    RotaryEmbedding.Tables tables = rotary.upTo(tokens.size(1));
    List<Tensor> states = new ArrayList<>();
    Tensor x = embed(tokens);
    for (int i = 0; i < config.layers(); i++) {
      states.add(x);
      x = block.forward(i, x, tables, null);
    }
    states.add(block.norm(x, "norm"));
    return states;
  }

  /** The output projection, [V, C]; only at hand within {@link #train} and {@link #evaluate}. */
  public Tensor head() {
    return parameters.leaf(headName()).detach();
  }

  /** The gradient of the output projection, [V, C], to add to; only within {@link #train}. */
  public Tensor headGradient() {
    return parameters.gradient(headName());
  }

  private String headName() {
    return config.tiedEmbeddings() ? "embed" : "head";
  }

  /** Logits, [B, T, V]. */
  public Tensor logits(Tensor tokens, @Nullable DocumentMask documents) {
    return evaluate(tokens, documents, hidden -> linear(hidden, head()));
  }

  /** Hands on what the output projection sees, [B, T, C]; without gradient. */
  public <T> T evaluate(Tensor tokens, @Nullable DocumentMask documents, Function<Tensor, T> use) {
    try (NoGradGuard guard = new NoGradGuard()) {
      IntFunction<UnaryOperator<Tensor>> blocks = evaluators(tokens, documents);
      Tensor x = at(0, false, () -> embed(tokens));
      for (int i = 0; i < config.layers(); i++) {
        UnaryOperator<Tensor> next = blocks.apply(i);
        Tensor below = x;
        x = at(i + 1, false, () -> Lifetime.keep(() -> next.apply(below)));
        endUnlessSame(below, x);
      }
      Tensor top = x;
      return at(config.layers() + 1, false, () -> use.apply(block.norm(top, "norm")));
    }
  }

  /** Goes forward and back, and adds the gradient of what is to be learned. */
  public <T> T train(Tensor tokens, @Nullable DocumentMask documents, Learning<T> learning) {
    try (NoGradGuard guard = new NoGradGuard()) {
      BiFunction<Integer, Tensor, Unit> blocks = units(tokens, documents);
      Deque<Unit> units = new ArrayDeque<>();
      // A graph holds the parameters of its unit, so it may not outlive their stay.
      boolean again = checkpointing || !derived() && !parameters.sharding().keepsParameters();
      Tensor x = at(0, false, () -> embed(tokens));
      for (int i = 0; i < config.layers(); i++) {
        Unit unit = blocks.apply(i, x);
        units.push(unit);
        Tensor below = x;
        x = at(i + 1, false, () -> unit.forward(again));
        endUnlessSame(below, x);
      }
      Unit end = new RecordedUnit(x, input -> block.norm(input, "norm"));
      Lifetime.end(x);
      int last = config.layers() + 1;
      Tensor hidden = at(last, false, () -> end.forward(false));
      Learned<T> learned = at(last, true, () -> learn(end, learning, hidden));
      back(units, learned.gradient(), tokens);
      return learned.result();
    }
  }

  /** What was learned at the top, and the gradient for what is below. */
  private record Learned<T>(T result, Tensor gradient) {}

  private static <T> Learned<T> learn(Unit end, Learning<T> learning, Tensor hidden) {
    Learning.Direction<T> direction = learning.from(hidden);
    Lifetime.end(hidden);
    return new Learned<>(direction.result(), end.backward(direction.gradient()));
  }

  private void back(Deque<Unit> units, Tensor top, Tensor tokens) {
    Tensor gradient = top;
    for (int i = config.layers(); i > 0; i--) {
      Unit unit = units.pop();
      Tensor above = gradient;
      gradient = at(i, true, () -> unit.backward(above));
      endUnlessSame(above, gradient);
    }
    Tensor bottom = gradient;
    at(
        0,
        true,
        () ->
            parameters
                .gradient("embed")
                .add_(
                    embedding_dense_backward(bottom, tokens, config.vocabularySize(), -1, false)));
  }

  private static void endUnlessSame(Tensor before, Tensor after) {
    if (before != after) {
      Lifetime.end(before);
    }
  }

  private IntFunction<UnaryOperator<Tensor>> evaluators(
      Tensor tokens, @Nullable DocumentMask documents) {
    RotaryEmbedding.Tables tables = tables(tokens, documents);
    if (derived()) {
      LlamaBlock.Pass pass = pass(tokens, documents, tables);
      return i -> x -> new LlamaBlock(pass, i, x).evaluate();
    }
    return i -> x -> block.forward(i, x, tables, documents);
  }

  private BiFunction<Integer, Tensor, Unit> units(Tensor tokens, @Nullable DocumentMask documents) {
    RotaryEmbedding.Tables tables = tables(tokens, documents);
    if (derived()) {
      LlamaBlock.Pass pass = pass(tokens, documents, tables);
      return (i, x) -> new LlamaBlock(pass, i, x);
    }
    Dropout dropped = dropout;
    return (i, x) ->
        new RecordedUnit(x, input -> block.forward(i, input, tables, documents, dropped));
  }

  /** Whether the way back is derived by hand, for processors; autograd finds it otherwise. */
  private boolean derived() {
    return !Hardware.chosen().isCuda()
        && config.family() == Family.LLAMA
        && precision == ExecutionConfig.Precision.FP32
        && dropout.equals(Dropout.NONE);
  }

  private LlamaBlock.Pass pass(
      Tensor tokens, @Nullable DocumentMask documents, RotaryEmbedding.Tables tables) {
    workspace.begin(tokens.size(0), tokens.size(1));
    return new LlamaBlock.Pass(
        config,
        parameters,
        workspace,
        attention,
        documents,
        new Turning(tables, (long) config.heads() + config.keyValueHeads()));
  }

  private Tensor embed(Tensor tokens) {
    return embedding(parameters.leaf("embed"), tokens);
  }

  private <T> T at(int unit, boolean backward, Supplier<T> work) {
    visitor.enter(unit, backward);
    T result = work.get();
    visitor.leave(unit, backward);
    return result;
  }

  private RotaryEmbedding.Tables tables(Tensor tokens, @Nullable DocumentMask documents) {
    return documents == null
        ? rotary.upTo(tokens.size(1))
        : rotary.at(documents.positions(), tokens.size(0));
  }
}

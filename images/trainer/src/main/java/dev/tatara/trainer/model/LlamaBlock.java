package dev.tatara.trainer.model;

import static org.bytedeco.pytorch.global.torch.mul_out;
import static org.bytedeco.pytorch.global.torch.silu_backward_out;
import static org.bytedeco.pytorch.global.torch.silu_out;

import dev.tatara.trainer.tensor.MatrixProduct;
import dev.tatara.trainer.tensor.Workspace;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One block of a LLaMA with the way back derived by hand: no graph, no memory that is not used
 * again, hidden states and their gradient changed in place, and gradients of matrices added where
 * they belong by the product itself.
 *
 * <p>Shapes: N tokens of B rows, C hidden size, F intermediate size.
 */
final class LlamaBlock implements Unit {
  /** What all blocks of a pass share. */
  record Pass(
      HuggingFaceConfig config,
      Parameters parameters,
      Workspace workspace,
      Attention attention,
      @Nullable DocumentMask documents,
      Turning turning) {}

  private final Pass pass;
  private final HuggingFaceConfig config;
  private final Workspace workspace;
  private final int index;
  private final long batch;
  private final long length;
  private final Tensor shaped;

  /** [N, C], which becomes the output. */
  private final Tensor x;

  private @Nullable Tensor input;
  private @Nullable Attended attended;
  private @Nullable Fed fed;

  private record Attended(Normed normed, Tensor projected, Attention.Mixed mixed) {}

  private record Fed(Normed normed, Tensor gateAndUp, Tensor opened, Tensor product) {}

  /**
   * @param x hidden states, [B, T, C], contiguous; they become those behind the block
   */
  LlamaBlock(Pass pass, int index, Tensor x) {
    this.pass = pass;
    this.config = pass.config();
    this.workspace = pass.workspace();
    this.index = index;
    this.batch = x.size(0);
    this.length = x.size(1);
    this.shaped = x;
    this.x = x.flatten(0, 1);
  }

  @Override
  public Tensor forward(boolean again) {
    if (again) {
      input = workspace.take(x.size(0), x.size(1));
      input.copy_(x);
    }
    compute(x);
    if (again) {
      release();
    }
    return shaped;
  }

  /** Goes forward for the result only. */
  Tensor evaluate() {
    compute(x);
    release();
    return shaped;
  }

  private void compute(Tensor states) {
    PointerScope outer = Objects.requireNonNull(PointerScope.getInnerScope());
    try (PointerScope scope = new PointerScope()) {
      attended = attend(states);
      attended.mixed().tensors().forEach(outer::attach);
      fed = feed(states);
    }
  }

  private void release() {
    Attended first = Objects.requireNonNull(attended);
    Fed second = Objects.requireNonNull(fed);
    first.normed().release(workspace);
    second.normed().release(workspace);
    workspace.release(first.projected(), second.gateAndUp(), second.opened(), second.product());
    PointerScope scope = Objects.requireNonNull(PointerScope.getInnerScope());
    first.mixed().tensors().forEach(scope::detach);
    attended = null;
    fed = null;
  }

  private Attended attend(Tensor states) {
    Normed normed = Normed.of(states, config.normEpsilon(), workspace);
    Tensor matrix = workspace.take(leaf("qkv").size(0), leaf("qkv").size(1));
    foldedAttention().fold(matrix);
    Tensor projected = workspace.take(states.size(0), matrix.size(0));
    MatrixProduct.set(projected, normed.values(), matrix.t());
    workspace.release(matrix);
    pass.turning().turn(heads(projected, 0, config.heads() + config.keyValueHeads()));
    Attention.Mixed mixed =
        pass.attention()
            .mix(queries(projected), keys(projected), values(projected), pass.documents());
    MatrixProduct.add(states, flat(mixed.output()), leaf("o").t());
    return new Attended(normed, projected, mixed);
  }

  private Fed feed(Tensor states) {
    Normed normed = Normed.of(states, config.normEpsilon(), workspace);
    Tensor matrix = workspace.take(leaf("gate_up").size(0), leaf("gate_up").size(1));
    foldedFeed().fold(matrix);
    Tensor gateAndUp = workspace.take(states.size(0), matrix.size(0));
    MatrixProduct.set(gateAndUp, normed.values(), matrix.t());
    workspace.release(matrix);
    Tensor opened = workspace.take(states.size(0), config.intermediateSize());
    Tensor product = workspace.take(states.size(0), config.intermediateSize());
    silu_out(opened, gate(gateAndUp));
    mul_out(product, opened, up(gateAndUp));
    MatrixProduct.add(states, product, leaf("down").t());
    return new Fed(normed, gateAndUp, opened, product);
  }

  @Override
  public Tensor backward(Tensor gradient) {
    if (input != null) {
      compute(input);
    }
    try (PointerScope scope = new PointerScope()) {
      Tensor slope = gradient.flatten(0, 1);
      feedBack(Objects.requireNonNull(fed), slope);
      attendBack(Objects.requireNonNull(attended), slope);
    }
    release();
    if (input != null) {
      workspace.release(input);
    }
    return gradient;
  }

  private void feedBack(Fed forward, Tensor slope) {
    Tensor gate = workspace.take(slope.size(0), config.intermediateSize());
    MatrixProduct.set(gate, slope, leaf("down"));
    MatrixProduct.add(gradient("down"), slope.t(), forward.product());
    // What was kept is read for the last time, so its memory takes the gradients.
    Tensor up = forward.opened();
    up.mul_(gate);
    gate.mul_(up(forward.gateAndUp()));
    silu_backward_out(gate, gate, gate(forward.gateAndUp()));
    projectBack(foldedFeed(), "gate_up", "norm_attention", forward.normed(), slope, gate, up);
    workspace.release(gate);
  }

  private void attendBack(Attended forward, Tensor slope) {
    Tensor mixed = workspace.take(slope.size(0), config.queryWidth());
    MatrixProduct.set(mixed, slope, leaf("o"));
    MatrixProduct.add(gradient("o"), slope.t(), flat(forward.mixed().output()));
    Tensor projected = forward.projected();
    Attention.Gradients back =
        pass.attention()
            .back(
                rows(mixed, config.heads()),
                queries(projected),
                keys(projected),
                values(projected),
                forward.mixed(),
                pass.documents());
    pass.turning().turnBack(back.queries());
    pass.turning().turnBack(back.keys());
    projectBack(
        foldedAttention(),
        "qkv",
        "norm_in",
        forward.normed(),
        slope,
        flat(back.queries()),
        flat(back.keys()),
        flat(back.values()));
    workspace.release(mixed);
  }

  /**
   * Goes back through a folded projection and the norm before it.
   *
   * @param slope gradient of the hidden states, to which that of the norm's input is added
   * @param parts gradients of the projection's outputs, side by side
   */
  private void projectBack(
      FoldedMatrix folded,
      String matrixName,
      String normName,
      Normed normed,
      Tensor slope,
      Tensor... parts) {
    Tensor matrix = workspace.take(folded.matrix().size(0), folded.matrix().size(1));
    Tensor matrixSlope = workspace.take(folded.matrix().size(0), folded.matrix().size(1));
    Tensor below = workspace.take(slope.size(0), slope.size(1));
    folded.fold(matrix);
    long row = 0;
    for (Tensor part : parts) {
      Tensor own = matrix.narrow(0, row, part.size(1));
      if (row == 0) {
        MatrixProduct.set(below, part, own);
      } else {
        MatrixProduct.add(below, part, own);
      }
      MatrixProduct.set(matrixSlope.narrow(0, row, part.size(1)), part.t(), normed.values());
      row += part.size(1);
    }
    folded.unfold(matrixSlope, gradient(matrixName), gradient(normName));
    normed.back(below, slope, workspace);
    workspace.release(matrix, matrixSlope, below);
  }

  private FoldedMatrix foldedAttention() {
    return new FoldedMatrix(
        leaf("qkv"), leaf("norm_in"), config.heads() + config.keyValueHeads(), config.headSize());
  }

  private FoldedMatrix foldedFeed() {
    return new FoldedMatrix(leaf("gate_up"), leaf("norm_attention"), 0, 0);
  }

  private Tensor queries(Tensor projected) {
    return heads(projected, 0, config.heads());
  }

  private Tensor keys(Tensor projected) {
    return heads(projected, config.heads(), config.keyValueHeads());
  }

  private Tensor values(Tensor projected) {
    return heads(projected, config.heads() + config.keyValueHeads(), config.keyValueHeads());
  }

  /** Some heads of all that were projected, [B, T, count, head size]. */
  private Tensor heads(Tensor projected, int first, int count) {
    return rows(projected, config.heads() + 2 * config.keyValueHeads()).narrow(2, first, count);
  }

  private Tensor rows(Tensor tokens, int heads) {
    return tokens.view(batch, length, heads, config.headSize());
  }

  private static Tensor flat(Tensor heads) {
    return heads.flatten(2, 3).flatten(0, 1);
  }

  private Tensor gate(Tensor gateAndUp) {
    return gateAndUp.narrow(1, 0, config.intermediateSize());
  }

  private Tensor up(Tensor gateAndUp) {
    return gateAndUp.narrow(1, config.intermediateSize(), config.intermediateSize());
  }

  private Tensor leaf(String name) {
    return pass.parameters().leaf(index + "." + name);
  }

  private Tensor gradient(String name) {
    return pass.parameters().gradient(index + "." + name);
  }
}

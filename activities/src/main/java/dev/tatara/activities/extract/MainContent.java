package dev.tatara.activities.extract;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;

/**
 * Chooses the blocks of a page that are its main content: the element whose blocks are worth most
 * together, after boilerplate has been taken out.
 *
 * <p>The worth of a block grows with its text and falls with its links, as in the shallow features
 * of Kohlschütter et al. (WSDM 2010); the best element is the subtree of the greatest sum.
 */
final class MainContent {
  /** A footer may well be all the text of a page, but then it is not much. */
  private static final int LEAST_PAGE = 300;

  /** Below this worth a page is so short that a list or a heading counts as much as its prose. */
  private static final long SHORT = 500;

  private static final long TOLERANCE = 100;

  private final List<Block> blocks;
  private final BitSet out = new BitSet();

  private MainContent(List<Block> blocks) {
    this.blocks = blocks;
  }

  static List<Block> of(BlockWalk walk) {
    MainContent content = new MainContent(walk.blocks());
    content.takeOutWhatLiesAround(walk.spans());
    BlockWalk.Span best = content.best(walk.spans());
    return withoutEmptySections(content.chosen(best));
  }

  /** Names like "comments" also occur on what holds the whole page; then they mean nothing. */
  private void takeOutWhatLiesAround(List<BlockWalk.Span> spans) {
    long page = characters(0, blocks.size());
    for (BlockWalk.Span span : spans) {
      if (span.around()) {
        long inside = characters(span.from(), span.to());
        if (inside < LEAST_PAGE || 2 * inside <= page) {
          out.set(span.from(), span.to());
          page -= inside;
        }
      }
    }
  }

  private long characters(int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i++) {
      sum += out.get(i) ? 0 : blocks.get(i).characters();
    }
    return sum;
  }

  private BlockWalk.Span best(List<BlockWalk.Span> spans) {
    long[] sums = new long[blocks.size() + 1];
    for (int i = 0; i < blocks.size(); i++) {
      sums[i + 1] = sums[i] + (out.get(i) ? 0 : blocks.get(i).worth());
    }
    long most = 0;
    for (BlockWalk.Span span : spans) {
      most = Math.max(most, sums[span.to()] - sums[span.from()]);
    }
    // Of about equals the outer one, which has the headings and comes last.
    long enough = most < SHORT ? Math.max(1, most - TOLERANCE) : most;
    BlockWalk.Span best = new BlockWalk.Span(0, 0, false);
    for (BlockWalk.Span span : spans) {
      long worth = sums[span.to()] - sums[span.from()];
      if (most > 0 && worth >= enough) {
        best = span;
      }
    }
    return best;
  }

  private List<Block> chosen(BlockWalk.Span span) {
    List<Block> chosen = new ArrayList<>();
    for (int i = span.from(); i < span.to(); i++) {
      if (!out.get(i) && !blocks.get(i).isLinks()) {
        chosen.add(blocks.get(i));
      }
    }
    return chosen;
  }

  /** A heading stays if text follows before the next heading of its rank. */
  private static List<Block> withoutEmptySections(List<Block> blocks) {
    List<Block> kept = new ArrayList<>();
    int nextRank = 0;
    boolean textFollows = false;
    for (int i = blocks.size() - 1; i >= 0; i--) {
      Block block = blocks.get(i);
      if (block.kind() != Block.Kind.HEADING) {
        textFollows = true;
        nextRank = Integer.MAX_VALUE;
        kept.add(block);
      } else if (textFollows && block.level() < nextRank) {
        nextRank = block.level();
        kept.add(block);
      }
    }
    Collections.reverse(kept);
    return kept;
  }
}

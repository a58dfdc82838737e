package dev.tatara.trainer.model;

import dev.tatara.trainer.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Keeps documents that share a row apart: attention stays within a document, and positions begin
 * anew in each.
 *
 * @param rows for each row the tokens of its documents, one behind another; equal in sum
 */
public record DocumentMask(List<List<Integer>> rows) {
  /** One document. */
  record Span(int row, int begin, int length) {}

  public DocumentMask {
    rows = rows.stream().map(List::copyOf).toList();
  }

  /** Documents of one row. */
  public static DocumentMask of(List<Integer> lengths) {
    return new DocumentMask(List.of(lengths));
  }

  /**
   * Documents of rows of tokens: each ends with this token, and the last with its row.
   *
   * @param ids rows one behind another, of which the first {@code length} of {@code width} count
   */
  public static DocumentMask endingWith(int endOfText, long[] ids, int width, int length) {
    List<List<Integer>> rows = new ArrayList<>();
    for (int row = 0; row < ids.length; row += width) {
      List<Integer> lengths = new ArrayList<>();
      int begin = 0;
      for (int t = 0; t < length; t++) {
        if (ids[row + t] == endOfText || t == length - 1) {
          lengths.add(t + 1 - begin);
          begin = t + 1;
        }
      }
      rows.add(lengths);
    }
    return new DocumentMask(rows);
  }

  /** All documents, by row and place. */
  List<Span> spans() {
    List<Span> spans = new ArrayList<>();
    for (int row = 0; row < rows.size(); row++) {
      int begin = 0;
      for (int length : rows.get(row)) {
        spans.add(new Span(row, begin, length));
        begin += length;
      }
    }
    return spans;
  }

  private int width() {
    return rows.get(0).stream().mapToInt(Integer::intValue).sum();
  }

  /** Place of each token in its document, [B · T], int64. */
  Tensor positions() {
    int width = width();
    long[] positions = new long[rows.size() * width];
    for (Span span : spans()) {
      for (int t = 0; t < span.length(); t++) {
        positions[span.row() * width + span.begin() + t] = t;
      }
    }
    return Tensors.of(positions);
  }

  /** Whether row may look at column, [B, 1, T, T], bool. */
  Tensor allowed() {
    int width = width();
    byte[] allowed = new byte[rows.size() * width * width];
    for (Span span : spans()) {
      for (int t = span.begin(); t < span.begin() + span.length(); t++) {
        for (int column = span.begin(); column <= t; column++) {
          allowed[(span.row() * width + t) * width + column] = 1;
        }
      }
    }
    return Tensors.of(allowed, rows.size(), 1, width, width);
  }
}

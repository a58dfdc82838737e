package dev.tatara.trainer.order;

import java.util.List;

/**
 * Held-out text of one language, as far as it is measured.
 *
 * @param windows tokens, the first of each being context only
 * @param bytesPerToken of all held-out text of the language, UTF-8
 */
public record HeldOut(String language, List<int[]> windows, double bytesPerToken) {
  public HeldOut {
    windows = List.copyOf(windows);
  }

  /** Tokens that are predicted. */
  public long tokens() {
    return windows.stream().mapToLong(window -> window.length - 1L).sum();
  }
}

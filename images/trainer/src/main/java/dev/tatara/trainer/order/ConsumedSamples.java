package dev.tatara.trainer.order;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A digest of the indices of all samples so far, in their order: a chain of SHA-256 over steps, so
 * that it can be put down and taken up. Equal digests mean equal data, whatever the world size.
 */
public final class ConsumedSamples {
  /** Before the first step. */
  public static final String NONE = "0".repeat(64);

  private final MessageDigest digest;
  private String chain = NONE;

  public ConsumedSamples() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Goes on from a digest that was put down. */
  public void resume(String hex) {
    chain = hex;
  }

  /** Adds the samples of one step. */
  public void add(long[] samples) {
    ByteBuffer bytes = ByteBuffer.allocate(samples.length * Long.BYTES);
    for (long sample : samples) {
      bytes.putLong(sample);
    }
    digest.update(HexFormat.of().parseHex(chain));
    digest.update(bytes.array());
    chain = HexFormat.of().formatHex(digest.digest());
  }

  /** The digest, 64 hex digits. */
  public String hex() {
    return chain;
  }

  /** Its first 63 bits, where only a number fits. */
  public long number() {
    return Long.parseUnsignedLong(chain.substring(0, 16), 16) >>> 1;
  }
}

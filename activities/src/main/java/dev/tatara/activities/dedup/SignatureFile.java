package dev.tatara.activities.dedup;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/**
 * Signatures of one data shard, in the order of its documents: a count, then per document id,
 * length, digest and minima, all big-endian. About 0.9 kB plus the id per document at 112
 * permutations; hashes do not compress, so they are stored as they are.
 */
final class SignatureFile {
  private SignatureFile() {}

  /** The bytes of a shard. */
  static byte[] write(List<Signature> signatures) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 + signatures.size() * 1024);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(signatures.size());
      for (Signature signature : signatures) {
        write(signature, out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void write(Signature signature, DataOutputStream out) throws IOException {
    byte[] id = signature.id.getBytes(StandardCharsets.UTF_8);
    out.writeInt(id.length);
    out.write(id);
    out.writeInt(signature.length);
    out.writeLong(signature.digestHigh);
    out.writeLong(signature.digestLow);
    out.writeInt(signature.minima.length);
    for (long minimum : signature.minima) {
      out.writeLong(minimum);
    }
  }

  /**
   * Hands over the signatures in order and closes the stream. Fails if the file is cut short.
   *
   * @return how many there were
   */
  static int read(InputStream file, Consumer<Signature> consumer) {
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(file, 1 << 16))) {
      int count = in.readInt();
      for (int i = 0; i < count; i++) {
        consumer.accept(read(in));
      }
      return count;
    } catch (IOException e) {
      throw new UncheckedIOException("Signatures cannot be read: " + e.getMessage(), e);
    }
  }

  private static Signature read(DataInputStream in) throws IOException {
    byte[] id = new byte[in.readInt()];
    in.readFully(id);
    int length = in.readInt();
    long high = in.readLong();
    long low = in.readLong();
    long[] minima = new long[in.readInt()];
    for (int i = 0; i < minima.length; i++) {
      minima[i] = in.readLong();
    }
    return new Signature(new String(id, StandardCharsets.UTF_8), length, high, low, minima);
  }
}

package dev.tatara.k8s;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One child process and its log. */
record LocalPod(int rank, String name, Process process, Path log, Secrets secrets) {
  private static final Logger LOG = LoggerFactory.getLogger(LocalPod.class);
  private static final int TAIL_BYTES = 8192;

  PodStatus status() {
    boolean running = process.isAlive();
    return new PodStatus(
        rank, name, node(), running ? null : process.exitValue(), running ? "" : lastLine());
  }

  private static String node() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /** Last line that is not blank. */
  String lastLine() {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      long from = Math.max(0, file.length() - TAIL_BYTES);
      byte[] tail = new byte[(int) (file.length() - from)];
      file.seek(from);
      file.readFully(tail);
      String[] lines = new String(tail, StandardCharsets.UTF_8).strip().split("\n", -1);
      return secrets.removedFrom(lines[lines.length - 1].strip());
    } catch (IOException e) {
      LOG.warn("the log {} cannot be read: {}", log, e.getMessage());
      return "";
    }
  }
}

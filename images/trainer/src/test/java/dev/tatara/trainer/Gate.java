package dev.tatara.trainer;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * A way to the store on which some requests are held up until they are let go: so a process can be
 * kept for as long as a test likes in whatever it does with the store.
 */
final class Gate implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 300;

  private final URI store;
  private final Pattern held;
  private final CountDownLatch arrived;
  private final CountDownLatch open = new CountDownLatch(1);
  private final ServerSocket server;
  private volatile boolean cut;
  private final List<Closeable> sockets = Collections.synchronizedList(new ArrayList<>());

  /**
   * @param held first lines of requests that wait, as {@code PUT /bucket/key HTTP/1.1}
   * @param count so many are expected
   */
  Gate(String store, String held, int count) throws IOException {
    this.store = URI.create(store);
    this.held = Pattern.compile(held);
    this.arrived = new CountDownLatch(count);
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    begin(this::accept);
  }

  String endpoint() {
    return "http://%s:%d".formatted(store.getHost(), server.getLocalPort());
  }

  /** Returns when the requests that are expected wait here. */
  void awaitHeld() throws InterruptedException {
    if (!arrived.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("%d requests %s did not come".formatted(arrived.getCount(), held));
    }
  }

  /** The store is away: what waits here never arrives, and neither does what comes. */
  void cut() {
    cut = true;
    closeAll();
  }

  /** The store is back. */
  void mend() {
    letGo();
    cut = false;
  }

  /** Lets go what waits, and all that will come. */
  void letGo() {
    open.countDown();
  }

  private static void begin(Runnable work) {
    Thread thread = new Thread(work, "gate");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        if (cut) {
          client.close();
          continue;
        }
        Socket upstream = new Socket(store.getHost(), store.getPort());
        sockets.add(client);
        sockets.add(upstream);
        begin(() -> pass(client, upstream, true));
        begin(() -> pass(upstream, client, false));
      }
    } catch (IOException e) {
      cut = true; // The server socket is closed.
    }
  }

  private void pass(Socket from, Socket to, boolean requests) {
    byte[] bytes = new byte[1 << 16];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        if (requests) {
          holdUp(new String(bytes, 0, read, StandardCharsets.ISO_8859_1));
        }
        out.write(bytes, 0, read);
        out.flush();
      }
    } catch (IOException e) {
      // One side is gone; the other one sees its connection closed.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void holdUp(String bytes) throws InterruptedException, IOException {
    if (held.matcher(bytes.lines().findFirst().orElse("")).find()) {
      arrived.countDown();
      open.await();
      if (cut) {
        throw new IOException("the store went away before this request was let go");
      }
    }
  }

  private void closeAll() {
    synchronized (sockets) {
      for (Closeable socket : sockets) {
        try {
          socket.close();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      sockets.clear();
    }
  }

  /** What still waits never arrives. */
  @Override
  public void close() {
    cut();
    letGo();
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

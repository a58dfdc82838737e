package dev.tatara.cli;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets Ctrl-C and SIGTERM end the work in order: the first asks it to stop, the second ends this
 * process at once. A shutdown hook would not do: all hooks run at the same time, so child processes
 * would be killed before they could save their state.
 */
final class Interruption {
  static final int EXIT_CODE = 130;

  private static final Logger LOG = LoggerFactory.getLogger(Interruption.class);

  private final AtomicInteger count = new AtomicInteger();

  private Interruption() {}

  /**
   * Takes the signals over, for the rest of the life of this process.
   *
   * @param stop asks the work to stop; must return soon
   */
  static Interruption stopping(Runnable stop) {
    Interruption interruption = new Interruption();
    List.of("INT", "TERM").forEach(signal -> interruption.handle(signal, stop));
    return interruption;
  }

  /** A signal has come. */
  boolean happened() {
    return count.get() > 0;
  }

  private void signalled(Runnable stop) {
    if (count.incrementAndGet() > 1) {
      System.exit(EXIT_CODE);
    }
    // Not in the thread of the signal: asking may take a while, and a second signal must get
    // through.
    Thread asking = new Thread(stop, "interruption");
    asking.setDaemon(true);
    asking.start();
  }

  /** By reflection: every JDK has sun.misc.Signal, and its compiler warns of it. */
  private void handle(String signal, Runnable stop) {
    try {
      Class<?> signals = Class.forName("sun.misc.Signal");
      Class<?> handlers = Class.forName("sun.misc.SignalHandler");
      Object handler =
          Proxy.newProxyInstance(
              handlers.getClassLoader(),
              new Class<?>[] {handlers},
              (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  signalled(stop);
                }
                return null;
              });
      Object instance = signals.getConstructor(String.class).newInstance(signal);
      signals.getMethod("handle", signals, handlers).invoke(null, instance, handler);
    } catch (ReflectiveOperationException e) {
      LOG.warn("SIG{} cannot be taken over; it ends this process at once", signal, e);
    }
  }
}

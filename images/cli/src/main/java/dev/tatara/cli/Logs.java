package dev.tatara.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.FileAppender;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends what is logged to a file: the terminal shows progress only. */
final class Logs {
  private static volatile @Nullable Path file;

  private Logs() {}

  /** Logs to this file from now on, after what is there already. */
  static void to(Path target) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{30} %msg%n");
    encoder.start();
    FileAppender<ILoggingEvent> appender = new FileAppender<>();
    appender.setContext(context);
    appender.setFile(target.toString());
    appender.setEncoder(encoder);
    appender.start();
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(appender);
    root.setLevel(Level.WARN);
    context.getLogger("dev.tatara").setLevel(Level.INFO);
    file = target;
  }

  /** The file that is logged to, if any. */
  static Optional<Path> file() {
    return Optional.ofNullable(file);
  }

  /** Keeps the stack trace where it does not disturb. */
  static void failure(Exception failure) {
    if (file != null) {
      LoggerFactory.getLogger(Logs.class).error("the command failed", failure);
    }
  }
}

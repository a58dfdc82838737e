package dev.tatara.base.store;

import dev.tatara.config.InvalidInputException;
import java.util.Map;

/**
 * Where the object store is. The same variables work for child processes, pods and the AWS tools.
 *
 * @param endpoint for example {@code http://127.0.0.1:9000}
 * @param prefix put before every key; empty or ending in a slash
 */
public record StoreSettings(
    String endpoint,
    String region,
    String accessKey,
    String secretKey,
    String bucket,
    String prefix) {

  /**
   * Reads {@code S3_ENDPOINT AWS_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY TATARA_BUCKET
   * TATARA_PREFIX}.
   *
   * @throws InvalidInputException if a variable without a default is not set
   */
  public static StoreSettings fromEnvironment(Map<String, String> environment) {
    String prefix = environment.getOrDefault("TATARA_PREFIX", "");
    return new StoreSettings(
        required(environment, "S3_ENDPOINT", "http://127.0.0.1:9000"),
        environment.getOrDefault("AWS_REGION", "us-east-1"),
        required(environment, "AWS_ACCESS_KEY_ID", "minio"),
        required(environment, "AWS_SECRET_ACCESS_KEY", "…"),
        environment.getOrDefault("TATARA_BUCKET", "tatara"),
        prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/");
  }

  /** The variables that {@link #fromEnvironment} reads, for a child process. Never log them. */
  public Map<String, String> toEnvironment() {
    return Map.of(
        "S3_ENDPOINT", endpoint,
        "AWS_REGION", region,
        "AWS_ACCESS_KEY_ID", accessKey,
        "AWS_SECRET_ACCESS_KEY", secretKey,
        "TATARA_BUCKET", bucket,
        "TATARA_PREFIX", prefix);
  }

  private static String required(Map<String, String> environment, String name, String example) {
    String value = environment.get(name);
    if (value == null || value.isBlank()) {
      throw new InvalidInputException(
          "%s is not set; set it, for example %s=%s".formatted(name, name, example));
    }
    return value;
  }

  /** Without the secret, so that it never reaches a log. */
  @Override
  public String toString() {
    return "%s/%s/%s".formatted(endpoint, bucket, prefix);
  }
}

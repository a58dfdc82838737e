package dev.tatara.trainer;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.InvalidInputException;
import java.util.Map;

/** The store that the environment points to. */
final class StoreConnection {
  private StoreConnection() {}

  /** The store does not answer; the launcher reached it before, so trying again is right. */
  static final class Lost extends RuntimeException {
    Lost(InvalidInputException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /**
   * Connects.
   *
   * @throws InvalidInputException if a variable is missing
   * @throws Lost if the store does not answer
   */
  static ObjectStore open(Map<String, String> environment) {
    StoreSettings settings = StoreSettings.fromEnvironment(environment);
    try {
      return ObjectStore.connect(settings);
    } catch (InvalidInputException e) {
      throw new Lost(e);
    }
  }
}

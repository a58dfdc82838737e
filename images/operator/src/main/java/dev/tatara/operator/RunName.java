package dev.tatara.operator;

/** The name of a resource's run, which is the id of its workflow. */
final class RunName {
  /** A run's name is a label of Kubernetes. */
  static final int LONGEST = 63;

  private RunName() {}

  static String of(String namespace, String name) {
    return namespace + "-" + name;
  }
}

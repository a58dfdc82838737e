package dev.tatara.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.security.SecureRandom;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Workflows are replayed from their history, so what they do may hang on nothing but their input
 * and their activities. The rules see direct use only; a clock behind {@code config} would pass, so
 * {@code config} stays free of clocks too.
 */
@AnalyzeClasses(
    packages = {"dev.tatara.workflows", "dev.tatara.config"},
    importOptions = ImportOption.DoNotIncludeTests.class)
class DeterminismTest {
  private static final Set<String> CLOCKS_AND_DICE =
      Set.of(
          "java.lang.System.currentTimeMillis",
          "java.lang.System.nanoTime",
          "java.lang.Math.random",
          "java.util.UUID.randomUUID",
          "java.util.Date.<init>");

  private static final DescribedPredicate<JavaCall<?>> ASKS_A_CLOCK_OR_DICE =
      describe(
          "asks a clock or throws dice",
          call -> {
            String owner = call.getTargetOwner().getName();
            return CLOCKS_AND_DICE.contains(owner + "." + call.getName())
                || owner.startsWith("java.time.") && call.getName().equals("now")
                || owner.startsWith("java.time.Clock");
          });

  @ArchTest
  static final ArchRule workflowsAskNoClock =
      noClasses()
          .that()
          .resideInAPackage("dev.tatara.workflows..")
          .should()
          .callCodeUnitWhere(ASKS_A_CLOCK_OR_DICE)
          .because("Workflow.currentTimeMillis() and Workflow.randomUUID() are replayed");

  @ArchTest
  static final ArchRule workflowsAreDeterministic =
      noClasses()
          .that()
          .resideInAPackage("dev.tatara.workflows..")
          .and()
          .resideOutsideOfPackage("dev.tatara.workflows.client..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("java.io..", "java.nio..", "java.net..")
                  .and(resideOutsideOfPackage("java.nio.charset")))
          .orShould()
          .dependOnClassesThat()
          .belongToAnyOf(
              Thread.class,
              Random.class,
              SecureRandom.class,
              SplittableRandom.class,
              ThreadLocalRandom.class)
          .because("a workflow reaches the world through its activities alone");

  @ArchTest
  static final ArchRule configHasNoClock =
      noClasses()
          .that()
          .resideInAPackage("dev.tatara.config..")
          .should()
          .callCodeUnitWhere(ASKS_A_CLOCK_OR_DICE)
          .because("workflows use these records");
}

package dev.tatara.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.temporal.activity.ActivityInterface;
import io.temporal.workflow.WorkflowInterface;
import java.util.List;
import java.util.stream.Stream;

/** Habits that a reader may rely on. */
@AnalyzeClasses(packages = "dev.tatara", importOptions = ImportOption.DoNotIncludeTests.class)
class HabitsTest {
  @ArchTest
  static final ArchRule inputsAreRecords =
      methods()
          .that()
          .areDeclaredInClassesThat()
          .areAnnotatedWith(WorkflowInterface.class)
          .or()
          .areDeclaredInClassesThat()
          .areAnnotatedWith(ActivityInterface.class)
          .should(takeAndGiveRecords())
          .because(
              "fields can be added to a record without breaking the histories of running runs");

  @ArchTest
  static final ArchRule classNamesSaySomething =
      noClasses()
          .should()
          .haveNameMatching(
              ".*[.$](\\w*(Manager|Helper|Helpers|Util|Utils|Common|Data|Info|Processor|Handler)"
                  + "|(Base|Abstract)[A-Z]\\w*)")
          .because("such a name says nothing about what a class is");

  @ArchTest
  static final ArchRule implementationsHaveAName =
      classes()
          .that()
          .haveSimpleNameEndingWith("Impl")
          .should()
          .resideInAnyPackage("dev.tatara.workflows..", "dev.tatara.activities.temporal..")
          .because("only Temporal's interfaces have one implementation by convention");

  private static ArchCondition<JavaMethod> takeAndGiveRecords() {
    return new ArchCondition<>("take and give records, lists of them, or primitives") {
      @Override
      public void check(JavaMethod method, ConditionEvents events) {
        Stream.concat(method.getParameterTypes().stream(), Stream.of(method.getReturnType()))
            .flatMap(type -> type.getAllInvolvedRawTypes().stream())
            .filter(type -> !isPlain(type))
            .forEach(
                type ->
                    events.add(
                        SimpleConditionEvent.violated(
                            method,
                            "%s has %s in its signature; wrap it in a record"
                                .formatted(method.getFullName(), type.getName()))));
      }
    };
  }

  private static boolean isPlain(JavaClass type) {
    return type.isRecord() || type.isPrimitive() || type.isEquivalentTo(List.class);
  }
}

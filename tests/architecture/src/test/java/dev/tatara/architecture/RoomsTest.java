package dev.tatara.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * Who may know whom. Maven's modules make the walls; these rules keep what is inside them apart.
 */
@AnalyzeClasses(packages = "dev.tatara", importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
  @ArchTest
  static final ArchRule roomsDependOneWay =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("config")
          .definedBy("dev.tatara.config..")
          .layer("workflows")
          .definedBy("dev.tatara.workflows..")
          .layer("k8s")
          .definedBy("dev.tatara.k8s..")
          .layer("base")
          .definedBy("dev.tatara.base..")
          .layer("embedded")
          .definedBy("dev.tatara.embedded..")
          .layer("activities")
          .definedBy("dev.tatara.activities..")
          .layer("trainer")
          .definedBy("dev.tatara.trainer..")
          .layer("evaluator")
          .definedBy("dev.tatara.evaluator..")
          .layer("worker")
          .definedBy("dev.tatara.worker..")
          .layer("operator")
          .definedBy("dev.tatara.operator..")
          .layer("cli")
          .definedBy("dev.tatara.cli..")
          .whereLayer("config")
          .mayNotAccessAnyLayer()
          .whereLayer("workflows")
          .mayOnlyAccessLayers("config")
          .whereLayer("k8s")
          .mayOnlyAccessLayers("config")
          .whereLayer("base")
          .mayOnlyAccessLayers("config")
          .whereLayer("embedded")
          .mayOnlyAccessLayers("config")
          .whereLayer("activities")
          .mayOnlyAccessLayers("config", "workflows", "k8s", "base")
          .whereLayer("trainer")
          .mayOnlyAccessLayers("config", "base")
          .whereLayer("evaluator")
          .mayOnlyAccessLayers("config", "base")
          .whereLayer("worker")
          .mayOnlyAccessLayers("config", "workflows", "k8s", "base", "activities")
          .whereLayer("operator")
          .mayOnlyAccessLayers("config", "workflows", "k8s", "base")
          .whereLayer("cli")
          .mayOnlyAccessLayers(
              "config", "workflows", "k8s", "base", "activities", "worker", "embedded");

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("dev.tatara.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule trainingProcessesKnowNoOrchestrator =
      noClasses()
          .that()
          .resideInAnyPackage("dev.tatara.trainer..", "dev.tatara.evaluator..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.temporal..", "io.fabric8..")
          .because("a trainer image must fit any launcher that keeps the task contract");

  @ArchTest
  static final ArchRule dataStageLogicIsFreeOfTemporal =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.tatara.activities.collect..",
              "dev.tatara.activities.extract..",
              "dev.tatara.activities.clean..",
              "dev.tatara.activities.dedup..",
              "dev.tatara.activities.decontaminate..",
              "dev.tatara.activities.tokenize..",
              "dev.tatara.activities.sft..",
              "dev.tatara.activities.dpo..",
              "dev.tatara.activities.evaluate..",
              "dev.tatara.activities.gate..",
              "dev.tatara.activities.plan..",
              "dev.tatara.activities.data..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.temporal..", "dev.tatara.workflows..")
          .because("the logic of a stage is tested and used without any orchestrator");
}

package dev.tatara.config.run;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.LinkTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.doctree.ParamTree;
import com.sun.source.doctree.TextTree;
import com.sun.source.doctree.ValueTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The Javadoc of records and enums as plain text, read from their sources by the JDK's parser. */
final class RecordComments {
  private final TreeMap<String, String> comments = new TreeMap<>();

  private RecordComments() {}

  /** Reads the sources of one package. */
  static RecordComments of(Path folder) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    RecordComments result = new RecordComments();
    try (Stream<Path> files = Files.list(folder);
        StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      List<Path> sources = files.filter(file -> file.toString().endsWith(".java")).toList();
      var task =
          (JavacTask)
              compiler.getTask(
                  null,
                  manager,
                  null,
                  List.of(),
                  null,
                  manager.getJavaFileObjectsFromPaths(sources));
      DocTrees trees = DocTrees.instance(task);
      for (CompilationUnitTree unit : task.parse()) {
        result.new Scanner(trees).scan(unit, null);
      }
    }
    return result;
  }

  /** What a type is. */
  Optional<String> ofType(Class<?> type) {
    return Optional.ofNullable(comments.get(key(type)));
  }

  /** What a record component or an enum constant is. */
  Optional<String> ofMember(Class<?> type, String member) {
    return Optional.ofNullable(comments.get(key(type) + "#" + member));
  }

  private static String key(Class<?> type) {
    return type.getName().substring(type.getPackageName().length() + 1);
  }

  private final class Scanner extends TreePathScanner<Void, Void> {
    private final DocTrees trees;
    private final Deque<String> types = new ArrayDeque<>();

    Scanner(DocTrees trees) {
      this.trees = trees;
    }

    @Override
    public Void visitClass(ClassTree tree, Void unused) {
      String name = tree.getSimpleName().toString();
      types.addLast(types.isEmpty() ? name : types.getLast() + "$" + name);
      DocCommentTree comment = trees.getDocCommentTree(getCurrentPath());
      if (comment != null) {
        note(types.getLast(), comment.getFullBody());
        for (DocTree tag : comment.getBlockTags()) {
          if (tag instanceof ParamTree param) {
            note(types.getLast() + "#" + param.getName(), param.getDescription());
          }
        }
      }
      super.visitClass(tree, null);
      types.removeLast();
      return null;
    }

    @Override
    public Void visitVariable(VariableTree tree, Void unused) {
      DocCommentTree comment = trees.getDocCommentTree(getCurrentPath());
      if (comment != null) {
        note(types.getLast() + "#" + tree.getName(), comment.getFullBody());
      }
      return super.visitVariable(tree, null);
    }

    private void note(String key, Collection<? extends DocTree> parts) {
      StringBuilder text = new StringBuilder();
      parts.forEach(part -> text.append(plain(part)));
      String description = text.toString().replaceAll("\\s+", " ").trim();
      if (!description.isEmpty()) {
        comments.put(key, description);
      }
    }

    private static String plain(DocTree part) {
      if (part instanceof TextTree text) {
        return text.getBody();
      }
      if (part instanceof LiteralTree literal) {
        return "`" + literal.getBody().getBody().trim() + "`";
      }
      if (part instanceof LinkTree link) {
        return "`" + link.getReference().getSignature() + "`";
      }
      if (part instanceof ValueTree value) {
        return switch (value.getReference().getSignature()) {
          case "#API_VERSION" -> "`" + RunDocument.API_VERSION + "`";
          case "#KIND" -> "`" + RunDocument.KIND + "`";
          default -> throw new IllegalStateException("unknown {@value}: " + value);
        };
      }
      throw new IllegalStateException("plain text cannot show " + part + "; use {@code …}");
    }
  }
}

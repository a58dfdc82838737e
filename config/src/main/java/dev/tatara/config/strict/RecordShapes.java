package dev.tatara.config.strict;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads shapes off records: types, annotations, and what the constructor does with absence. */
final class RecordShapes {
  /** A shape costs thousands of reflective calls and never changes. */
  private static final ClassValue<Shape.Keys> KEYS =
      new ClassValue<>() {
        @Override
        protected Shape.Keys computeValue(Class<?> type) {
          return read(type);
        }
      };

  private RecordShapes() {}

  static Shape.Keys keys(Class<?> type) {
    return KEYS.get(type);
  }

  private static Shape.Keys read(Class<?> type) {
    Map<String, Shape.Key> keys = new LinkedHashMap<>();
    RecordComponent[] components = type.getRecordComponents();
    for (int i = 0; i < components.length; i++) {
      keys.put(components[i].getName(), key(type, components, i));
    }
    return new Shape.Keys(type, Collections.unmodifiableMap(keys));
  }

  private static Shape.Key key(Class<?> type, RecordComponent[] components, int index) {
    RecordComponent component = components[index];
    Shape shape = shape(component);
    Object fallback =
        component.getType().isPrimitive() ? null : absent(type, components, -1, index);
    // Some defaults follow from other components: these must not be absent for the question.
    Object given =
        component.getType().isPrimitive() ? null : absent(type, components, index, index);
    boolean optional = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    boolean required = !optional && (given == null || tooFew(given, shape));
    return new Shape.Key(
        shape, required, component.getType().isPrimitive(), required ? null : fallback);
  }

  /** An empty list that must have items is no default, and neither is a mapping of nothing. */
  private static boolean tooFew(Object fallback, Shape shape) {
    return shape instanceof Shape.Items items
        ? items.range() != null && ((List<?>) fallback).size() < items.range().min()
        : fallback instanceof Map<?, ?> map && map.isEmpty();
  }

  /**
   * What a component becomes when nothing is given for it.
   *
   * @param except the component that is absent while the others are there; -1: all are absent
   */
  private static @Nullable Object absent(
      Class<?> type, RecordComponent[] components, int except, int index) {
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    @Nullable Object[] values = new Object[components.length];
    for (int i = 0; i < values.length; i++) {
      boolean there = types[i].isPrimitive() || (except >= 0 && i != except);
      values[i] = there ? sample(types[i]) : null;
    }
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      var accessor = components[index].getAccessor();
      accessor.setAccessible(true);
      return accessor.invoke(constructor.newInstance(values));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " must take absent components", e);
    }
  }

  private static @Nullable Object sample(Class<?> type) {
    if (type == long.class || type == Long.class) {
      return 1L;
    }
    if (type == int.class || type == Integer.class) {
      return 1;
    }
    return type == double.class || type == Double.class ? 1.0 : null;
  }

  private static Shape shape(RecordComponent component) {
    return shape(
        component.getGenericType(),
        component.getAnnotation(Range.class),
        component.getAnnotation(Matches.class),
        written(component));
  }

  private static Shape shape(
      Type type,
      @Nullable Range range,
      @Nullable Matches matches,
      @Nullable WrittenNumber written) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      if (generic.getRawType() == List.class) {
        return new Shape.Items(shape(arguments[0], null, matches, null), range);
      }
      return new Shape.Entries(
          arguments[0] == Integer.class, shape(arguments[1], range, matches, null));
    }
    if (type == Long.class || type == long.class) {
      return new Shape.Whole(64, range, written);
    }
    if (type == Integer.class || type == int.class) {
      return new Shape.Whole(32, range, written);
    }
    if (type == Double.class || type == double.class) {
      return new Shape.Decimal(range);
    }
    if (type == Boolean.class || type == boolean.class) {
      return new Shape.Flag();
    }
    if (type == String.class) {
      return new Shape.Text(matches);
    }
    return named((Class<?>) type);
  }

  private static Shape named(Class<?> type) {
    if (type.isEnum()) {
      return new Shape.Choice(type, words(type));
    }
    if (type.isRecord()) {
      return keys(type);
    }
    throw new IllegalStateException("a document cannot hold a " + type);
  }

  private static List<String> words(Class<?> type) {
    return Arrays.stream(type.getFields())
        .filter(field -> field.isEnumConstant())
        .map(
            field -> {
              JsonProperty property = field.getAnnotation(JsonProperty.class);
              return property == null ? field.getName() : property.value();
            })
        .toList();
  }

  private static @Nullable WrittenNumber written(RecordComponent component) {
    JsonDeserialize annotation = component.getAccessor().getAnnotation(JsonDeserialize.class);
    if (annotation == null || !WrittenNumber.class.isAssignableFrom(annotation.using())) {
      return null;
    }
    try {
      return (WrittenNumber) annotation.using().getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(annotation.using() + " needs a constructor", e);
    }
  }
}

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** $util.list and $util.map */
public final class UtilCollections {
  public static final class Lists {
    public List<Object> copyAndRetainAll(List<Object> list, List<Object> others) {
      List<Object> copy = new ArrayList<>(list);
      copy.retainAll(others);
      return copy;
    }

    public List<Object> copyAndRemoveAll(List<Object> list, List<Object> others) {
      List<Object> copy = new ArrayList<>(list);
      copy.removeAll(others);
      return copy;
    }
  }

  public static final class Maps {
    public Map<String, Object> copyAndRetainAllKeys(Map<String, Object> map, List<Object> keys) {
      Map<String, Object> copy = new LinkedHashMap<>(map);
      copy.keySet().retainAll(keys);
      return copy;
    }

    public Map<String, Object> copyAndRemoveAllKeys(Map<String, Object> map, List<Object> keys) {
      Map<String, Object> copy = new LinkedHashMap<>(map);
      copy.keySet().removeAll(keys);
      return copy;
    }
  }

  private UtilCollections() {}
}

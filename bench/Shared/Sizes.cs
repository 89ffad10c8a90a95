using System.Text.Json;

namespace Criterion.Bench;

/// <summary>The numbers that say how large a case is, by name.</summary>
internal readonly struct Sizes(JsonElement values)
{
    public int this[string name] => values.GetProperty(name).GetInt32();
}

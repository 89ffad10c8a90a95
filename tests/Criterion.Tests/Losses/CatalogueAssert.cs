using System.Reflection;
using System.Text.Json;
using Criterion.Losses;

namespace Criterion.Tests.Losses;

/// <summary>What the catalogue needs of every criterion.</summary>
static class CatalogueAssert
{
    public static void Complete(ICriterion criterion)
    {
        Type type = criterion.GetType();
        object? back = JsonSerializer.Deserialize(JsonSerializer.Serialize(criterion, type), type);
        Assert.Equal(criterion, back);
        CatalogueAttribute? entry = type.GetCustomAttribute<CatalogueAttribute>();
        Assert.True(entry is not null, $"{type.Name} has no [Catalogue]");
        Assert.NotEmpty(entry.Shapes);
        Assert.EndsWith(".", entry.Alternatives, StringComparison.Ordinal);
    }
}

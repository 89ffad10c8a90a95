using System.Text.Json;

namespace Criterion.Tests.Losses.Embedding;

/// <summary>Options as JSON and back.</summary>
static class OptionsJson
{
    public static void RoundTrips<T>(T loss) => Assert.Equal(loss, JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(loss)));
}

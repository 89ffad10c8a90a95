using Criterion.Tests.Repository;

namespace Criterion.TorchSharp.Tests;

public class PublicApiTests
{
    [Fact]
    public void Public_api_is_as_approved() => ApiSnapshot.Check(
        typeof(TorchFunction).Assembly, RepositoryRoot.File("tests", "Criterion.TorchSharp.Tests", "PublicApi.txt"));
}

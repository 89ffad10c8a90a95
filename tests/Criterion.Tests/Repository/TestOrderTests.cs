namespace Criterion.Tests.Repository;

public class TestOrderTests
{
    static readonly string[] Names = [.. Enumerable.Range(0, 50).Select(static i => $"test {i}")];

    [Fact]
    public void The_order_follows_from_names_and_seed_alone() =>
        Assert.Equal(Ordered(Names, "7"), Ordered([.. Names.Reverse()], "7"));

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("words")]
    public void Every_seed_gives_all_tests_in_an_order_of_its_own(string seed)
    {
        string[] ordered = Ordered(Names, seed);
        Assert.Equal(Names.Order(StringComparer.Ordinal), ordered.Order(StringComparer.Ordinal));
        Assert.NotEqual(Names, ordered);
        Assert.NotEqual(Ordered(Names, seed + "1"), ordered);
    }

    [Fact]
    public void Neighbours_by_name_are_parted()
    {
        int[] places = [.. Ordered(Names, "3").Select(static name => Array.IndexOf(Names, name))];
        Assert.InRange(places.Zip(places.Skip(1)).Count(static pair => Math.Abs(pair.First - pair.Second) == 1), 0, 10);
    }

    static string[] Ordered(string[] names, string seed) => [.. TestOrder.Ordered(names, static name => name, seed)];
}

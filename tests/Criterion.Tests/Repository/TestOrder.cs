using System.Globalization;
using Criterion.Tests.Repository;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCaseOrderer(typeof(TestOrder))]
[assembly: TestCollectionOrderer(typeof(TestOrder))]

namespace Criterion.Tests.Repository;

/// <summary>
/// Orders tests by a hash of their names and of the seed in the environment variable CRITERION_TEST_SEED, 0 where there is none: the
/// same order wherever the assembly lies, unlike that of xunit, which follows from its path.
/// </summary>
internal sealed class TestOrder : ITestCaseOrderer, ITestCollectionOrderer
{
    public const string Variable = "CRITERION_TEST_SEED";

    static readonly string Seed = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } seed ? seed : "0";

    public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases)
        where TTestCase : ITestCase =>
        Ordered(testCases, static test => $"{test.TestClassName}.{test.TestMethodName} {test.TestCaseDisplayName}", Seed);

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection
    {
        if (Seed != "0")
        {
            Console.WriteLine($"Tests are ordered by {Variable}={Seed}.");
        }

        return Ordered(testCollections, static collection => Name(collection), Seed);
    }

    internal static IReadOnlyCollection<T> Ordered<T>(IReadOnlyCollection<T> items, Func<T, string> name, string seed) =>
        [.. items.OrderBy(item => Hash($"{seed} {name(item)}")).ThenBy(name, StringComparer.Ordinal)];

    // A collection of one class is displayed with the path of its assembly, up to an id that follows from it.
    static string Name(ITestCollection collection) =>
        collection.TestCollectionClassName ?? collection.TestCollectionDisplayName.Split(" (id: ")[0];

    // FNV-1a, and then the last step of MurmurHash3, since names that differ at their end only would stay neighbours.
    static ulong Hash(string text)
    {
        ulong hash = 14695981039346656037;
        foreach (char c in text)
        {
            hash = (hash ^ c) * 1099511628211;
        }

        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        return hash ^ (hash >> 33);
    }
}

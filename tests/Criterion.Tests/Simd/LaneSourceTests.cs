using Criterion.Tests.Repository;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Criterion.Tests.Simd;

/// <summary>
/// The lanes are one text at three widths. One generic struct over a width would cost a level of inlining, of which a hot loop has few
/// left, so the files are compared instead.
/// </summary>
public class LaneSourceTests
{
    /// <summary>Members that each width writes with its own instructions.</summary>
    static readonly Dictionary<int, string[]> Own = new()
    {
        [256] = ["LoadWidened", "StoreNarrowed", "Largest"],
        [512] = ["LoadWidened", "StoreNarrowed", "Largest", "Scale", "PowerOf2", "Split", "OrSpecial"],
    };

    [Theory]
    [InlineData(256)]
    [InlineData(512)]
    public void Lanes_are_the_same_text_at_every_width(int width) =>
        Assert.Equal(Members(128, Own[width]), Members(width, Own[width]));

    [Theory]
    [InlineData(256)]
    [InlineData(512)]
    public void Members_listed_as_different_do_differ(int width)
    {
        string[] common = [.. Members(128, []).Intersect(Members(width, []))];
        Assert.DoesNotContain(common, text => Own[width].Any(name => text.Contains($" {name}(", StringComparison.Ordinal)));
    }

    /// <summary>The members of a lane with their comments, the width written as W.</summary>
    static string[] Members(int width, string[] without) =>
    [
        .. from member in CSharpSyntaxTree.ParseText(RepositoryRoot.Read("src", "Criterion", "Simd", $"Lane{width}.cs"))
               .GetRoot(TestContext.Current.CancellationToken).DescendantNodes().OfType<StructDeclarationSyntax>().Single().Members
           where member is not MethodDeclarationSyntax method || !without.Contains(method.Identifier.Text)
           select member.ToFullString().Trim().Replace($"Vector{width}", "VectorW").Replace($"Lane{width}", "LaneW"),
    ];
}

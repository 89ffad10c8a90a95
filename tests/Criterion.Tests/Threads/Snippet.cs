using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Criterion.Tests.Threads;

/// <summary>Members of a class, given to the compiler.</summary>
static class Snippet
{
    const string Usings =
        "using Criterion; using Criterion.Nn; using System; using System.Collections.Generic; using System.Threading.Tasks;";

    static readonly CSharpParseOptions Newest = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest);

    static readonly Lazy<CSharpCompilation> Empty = new(static () => CSharpCompilation.Create(
        "Snippet",
        references: ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static file => Path.GetFileName(file) is "Criterion.dll" or ['S', 'y', 's', 't', 'e', 'm', '.', ..])
            .Select(static file => MetadataReference.CreateFromFile(file)),
        options: new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable)));

    /// <summary>The ids of the compiler's errors.</summary>
    public static string[] Errors(string members)
    {
        SyntaxTree tree = CSharpSyntaxTree.ParseText($"{Usings} public class Holder {{ {members} }}", Newest);
        return
        [
            .. from diagnostic in Empty.Value.AddSyntaxTrees(tree).Emit(Stream.Null).Diagnostics
               where diagnostic.Severity == DiagnosticSeverity.Error
               select diagnostic.Id,
        ];
    }
}

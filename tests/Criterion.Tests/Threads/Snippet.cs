using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Criterion.Tests.Threads;

/// <summary>Compiles members of a class, or a program.</summary>
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

    /// <summary>The ids of the compiler's errors in members of a class.</summary>
    public static string[] Errors(string members) => Errors(Empty.Value, $"{Usings} public class Holder {{ {members} }}");

    /// <summary>The ids of the compiler's errors in a program of top-level statements, with the usings that a new project has.</summary>
    public static string[] ErrorsOfProgram(string code) => Errors(
        Empty.Value.WithOptions(Empty.Value.Options.WithOutputKind(OutputKind.ConsoleApplication)),
        $"global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; {code}");

    static string[] Errors(CSharpCompilation compilation, string code) =>
    [
        .. from diagnostic in compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText(code, Newest)).Emit(Stream.Null).Diagnostics
           where diagnostic.Severity == DiagnosticSeverity.Error
           select diagnostic.Id,
    ];
}

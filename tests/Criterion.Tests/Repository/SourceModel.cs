using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Criterion.Tests.Repository;

/// <summary>A reference from a file of one folder of src/Criterion to a type of another.</summary>
readonly record struct FolderReference(string From, string To, string File, string Type);

/// <summary>The sources of the library as the compiler sees them.</summary>
static class SourceModel
{
    const string GlobalUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; "
        + "global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";

    static readonly string Root = RepositoryRoot.File("src", "Criterion");

    /// <summary>All references between folders: every name, implicit constructor call and inferred type, but no documentation.</summary>
    public static IReadOnlyCollection<FolderReference> References()
    {
        CSharpCompilation compilation = Compile();
        return [.. compilation.SyntaxTrees.AsParallel().Where(static tree => tree.FilePath.Length > 0).SelectMany(tree => References(compilation, tree))];
    }

    static CSharpCompilation Compile()
    {
        CSharpParseOptions options = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Preview).WithDocumentationMode(DocumentationMode.None);
        return CSharpCompilation.Create(
            "Layers",
            Directory.EnumerateFiles(Root, "*.cs", SearchOption.AllDirectories)
                .Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), options, file))
                .Append(CSharpSyntaxTree.ParseText(GlobalUsings, options)),
            ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
                .Where(static file => Path.GetFileName(file) is "MathNet.Numerics.dll" or ['S', 'y', 's', 't', 'e', 'm', '.', ..])
                .Select(static file => MetadataReference.CreateFromFile(file)),
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
    }

    static IEnumerable<FolderReference> References(CSharpCompilation compilation, SyntaxTree tree)
    {
        SemanticModel model = compilation.GetSemanticModel(tree);
        string folder = FolderOf(tree.FilePath);
        return
            from node in tree.GetRoot().DescendantNodes()
            where node is SimpleNameSyntax or ImplicitObjectCreationExpressionSyntax
            from type in TypesOf(model, node)
            from declaration in type.OriginalDefinition.DeclaringSyntaxReferences
            let to = FolderOf(declaration.SyntaxTree.FilePath)
            where to != folder
            select new FolderReference(folder, to, Path.GetFileName(tree.FilePath), type.Name);
    }

    static IEnumerable<ITypeSymbol> TypesOf(SemanticModel model, SyntaxNode node)
    {
        ISymbol? symbol = model.GetSymbolInfo(node).Symbol;
        if (symbol is null && node is SimpleNameSyntax name)
        {
            Console.Error.WriteLine($"UNRES {name.SyntaxTree.FilePath} {name}");
        }

        ITypeSymbol?[] types =
        [
            symbol as ITypeSymbol,
            symbol is INamespaceSymbol ? null : symbol?.ContainingType,
            node is IdentifierNameSyntax { IsVar: true } or ImplicitObjectCreationExpressionSyntax ? model.GetTypeInfo(node).Type : null,
        ];
        return types.OfType<INamedTypeSymbol>();
    }

    static string FolderOf(string file) => Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar)[0];
}

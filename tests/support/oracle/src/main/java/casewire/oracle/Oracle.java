package casewire.oracle;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.SingleValidationMessage;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.ElementDefinition;
import org.hl7.fhir.r4.model.ElementDefinition.TypeRefComponent;
import org.hl7.fhir.r4.model.Enumerations.BindingStrength;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.r4.model.StructureDefinition.TypeDerivationRule;
import org.hl7.fhir.r5.utils.validation.constants.BestPracticeWarningLevel;

/**
 * Reads one R4 resource a line on standard input and writes one JSON line for each on standard output:
 * {"issues":[{"severity","location","id","message"}]}; with the argument `definitions` prints HL7's element tables. No network: HL7's own definitions and in-memory terminology only.
 */
public final class Oracle {
  private static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    if (args.length > 0 && args[0].equals("definitions")) {
      printDefinitions(out);
      return;
    }
    FhirValidator validator = validator();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (!line.isBlank()) out.println(JSON.writeValueAsString(report(validator, line)));
    }
  }

  private static FhirValidator validator() {
    FhirContext context = FhirContext.forR4();
    FhirInstanceValidator module = new FhirInstanceValidator(new ValidationSupportChain(
        new DefaultProfileValidationSupport(context),
        new InMemoryTerminologyServerValidationSupport(context),
        new CommonCodeSystemsTerminologyService(context)));
    module.setAnyExtensionsAllowed(true);
    module.setErrorForUnknownProfiles(false);
    module.setBestPracticeWarningLevel(BestPracticeWarningLevel.Ignore);
    return context.newValidator().registerValidatorModule(module);
  }

  /** HL7's own element tables: {"path","min","max","types":["Reference(Patient)"],"binding"} a line. */
  private static void printDefinitions(PrintStream out) throws Exception {
    DefaultProfileValidationSupport support = new DefaultProfileValidationSupport(FhirContext.forR4());
    for (IBaseResource resource : support.fetchAllStructureDefinitions()) {
      StructureDefinition structure = (StructureDefinition) resource;
      if (structure.getDerivation() == TypeDerivationRule.CONSTRAINT) continue;
      for (ElementDefinition element : structure.getSnapshot().getElement()) {
        ObjectNode row = JSON.createObjectNode();
        row.put("path", element.getPath());
        row.put("min", element.getMin());
        row.put("max", element.getMax());
        ArrayNode types = row.putArray("types");
        for (TypeRefComponent type : element.getType()) types.add(typeText(type));
        if (element.hasContentReference()) types.add(element.getContentReference());
        if (element.getBinding().getStrength() == BindingStrength.REQUIRED) {
          row.put("binding", element.getBinding().getValueSet());
        }
        out.println(JSON.writeValueAsString(row));
      }
    }
  }

  private static String typeText(TypeRefComponent type) {
    String targets = type.getTargetProfile().stream()
        .map(target -> target.getValue().substring(target.getValue().lastIndexOf('/') + 1))
        .sorted()
        .collect(Collectors.joining(","));
    return targets.isEmpty() ? type.getCode() : type.getCode() + "(" + targets + ")";
  }

  private static ObjectNode report(FhirValidator validator, String resource) {
    ObjectNode report = JSON.createObjectNode();
    ArrayNode issues = report.putArray("issues");
    try {
      for (SingleValidationMessage message : validator.validateWithResult(resource).getMessages()) {
        ObjectNode issue = issues.addObject();
        issue.put("severity", message.getSeverity().getCode());
        issue.put("location", message.getLocationString());
        issue.put("id", message.getMessageId());
        issue.put("message", message.getMessage());
      }
    } catch (RuntimeException fault) {
      issues.addObject().put("severity", "fatal").put("id", "exception").put("message", String.valueOf(fault.getMessage()));
    }
    return report;
  }
}
